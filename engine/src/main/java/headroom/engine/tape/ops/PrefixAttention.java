package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.compute.kernel.CrossAttentionKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/**
 * Attention over keys [P; K] and values [P'; V], the first p of which are the same for every sequence and seen by every token. Inputs: q [N, H·D], k and v [N, K·D], prefix
 * keys and values [p, K·D].
 *
 * <p>Softmax over both parts is put together from softmax over each by their log-sum-exps, and given the whole's log-sum-exp each part's backward stands alone. So keys and
 * values are never joined, no mask is made, and the prefix is not repeated for each sequence. Saves what attention saves; the prefix costs its own rows only.
 */
public final class PrefixAttention implements Op {
    private final Attention.Spec spec;
    private final Saved[] saved = new Saved[7];

    public PrefixAttention(Attention.Spec spec) {
        this.spec = spec;
    }

    @Override
    public String name() {
        return "prefix attention";
    }

    /** Output [N, H·D] and log-sum-exp [B, H, T], both owned by the caller. Without prefix rows this is attention bit for bit. */
    public static Tensor[] forward(Compute c, Attention.Spec s, Tensor... in) {
        Tensor[] y = c.run(AttentionKernels.ATTENTION, in[0], in[1], in[2], s.lengths(), s.heads(), s.kvHeads(), s.causal());
        if (in[3].dim(0) > 0) {
            Tensor[] front = c.run(CrossAttentionKernels.CROSS_ATTENTION, in[0], in[3], in[4], s.heads(), s.kvHeads());
            c.apply(CrossAttentionKernels.MERGE_ATTENTION_INTO, y[0], y[1], front[0], front[1]);
            front[0].close();
            front[1].close();
        }
        return y;
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor[] y = forward(f.compute(), spec, in);
        if (f.isTaped()) {
            for (int i = 0; i < 5; i++) {
                saved[i] = f.save(Keeper.Role.ATTENTION, in[i]);
            }
            saved[5] = f.save(Keeper.Role.ATTENTION, y[0]);
            saved[6] = f.save(Keeper.Role.STATISTICS, y[1]);
        }
        y[1].close();
        return y[0];
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        Compute c = b.compute();
        try (Tensor q = saved[0].get(); Tensor k = saved[1].get(); Tensor v = saved[2].get(); Tensor pk = saved[3].get(); Tensor pv = saved[4].get();
                Tensor y = saved[5].get(); Tensor lse = saved[6].get()) {
            Tensor[] d = c.run(AttentionKernels.ATTENTION_DX, dy, q, k, v, y, lse, spec.lengths(), spec.heads(), spec.kvHeads(), spec.causal());
            if (pk.dim(0) > 0) {
                Tensor[] front = c.run(CrossAttentionKernels.CROSS_ATTENTION_DX, dy, q, pk, pv, y, lse, spec.heads(), spec.kvHeads());
                c.apply(ElementwiseKernels.ADD_INTO, d[0], front[0]);
                front[0].close();
                give(b, 3, front[1]);
                give(b, 4, front[2]);
            }
            for (int i = 0; i < 3; i++) {
                give(b, i, d[i]);
            }
        }
    }

    private static void give(Backward b, int i, Tensor gradient) {
        if (b.needs(i)) {
            b.give(i, gradient);
        } else {
            gradient.close();
        }
    }
}
