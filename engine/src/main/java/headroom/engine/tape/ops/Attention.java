package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/**
 * Fused scaled dot-product attention on token rows: q [N, H·D], k and v [N, K·D], out [N, H·D]. Saves q, k, v, the output and the log-sum-exp [B, H, T]; the scores never
 * exist as a whole.
 */
public final class Attention implements Op {
    /**
     * What attention does, for every layer of one batch.
     *
     * @param lengths valid tokens of each sequence [B] (int64); borrowed
     * @param heads query heads H
     * @param kvHeads key and value heads K, a divisor of H
     * @param causal true if a token sees only itself and what is before it
     * @param texts text of each token [N] (int64), −1 where there is none, borrowed: a token sees its own text alone; null if each row is one text
     */
    public record Spec(Tensor lengths, long heads, long kvHeads, boolean causal, Tensor texts) {
        public Spec(Tensor lengths, long heads, long kvHeads, boolean causal) {
            this(lengths, heads, kvHeads, causal, null);
        }

        private long length(Tensor q) {
            return q.dim(0) / lengths.dim(0);
        }
    }

    private final Spec spec;
    private Saved q;
    private Saved k;
    private Saved v;
    private Saved out;
    private Saved lse;

    public Attention(Spec spec) {
        this.spec = spec;
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor[] y = spec.texts == null ? f.compute().run(AttentionKernels.ATTENTION, in[0], in[1], in[2], spec.lengths, spec.heads, spec.kvHeads, spec.causal)
                : f.compute().run(AttentionKernels.ATTENTION_TEXTS, in[0], in[1], in[2], spec.texts, spec.length(in[0]), spec.heads, spec.kvHeads, spec.causal);
        if (f.isTaped()) {
            q = f.save(Keeper.Role.ATTENTION, in[0]);
            k = f.save(Keeper.Role.ATTENTION, in[1]);
            v = f.save(Keeper.Role.ATTENTION, in[2]);
            out = f.save(Keeper.Role.ATTENTION, y[0]);
            lse = f.save(Keeper.Role.STATISTICS, y[1]);
        }
        y[1].close();
        return y[0];
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor qq = q.get(); Tensor kk = k.get(); Tensor vv = v.get(); Tensor y = out.get(); Tensor l = lse.get()) {
            Tensor[] d = spec.texts == null ? b.compute().run(AttentionKernels.ATTENTION_DX, dy, qq, kk, vv, y, l, spec.lengths, spec.heads, spec.kvHeads, spec.causal)
                    : b.compute().run(AttentionKernels.ATTENTION_TEXTS_DX, dy, qq, kk, vv, y, l, spec.texts, spec.length(qq), spec.heads, spec.kvHeads, spec.causal);
            for (int i = 0; i < 3; i++) {
                if (b.needs(i)) {
                    b.give(i, d[i]);
                } else {
                    d[i].close();
                }
            }
        }
    }
}
