package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.QueryKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/**
 * What queries beside the tokens read: q [B·t, H·D] over keys and values [B·T, K·D] of frozen attention, out [B·t, H·D]. Each query sees all tokens of its sequence. Saves q, k
 * and v, which the tape owns from then on; the shares are computed again. Keys and values are constants: there is no gradient of theirs.
 */
public final class QueryAttention implements Op {
    private final Tensor lengths;
    private final long heads;
    private final long kvHeads;
    private Saved q;
    private Saved k;
    private Saved v;

    /**
     * @param lengths valid tokens of each sequence [B] (int64); borrowed until the backward pass is over
     * @param heads query heads H
     * @param kvHeads key and value heads K, a divisor of H
     */
    public QueryAttention(Tensor lengths, long heads, long kvHeads) {
        this.lengths = lengths;
        this.heads = heads;
        this.kvHeads = kvHeads;
    }

    @Override
    public String name() {
        return "query attention";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        if (f.needs(1) || f.needs(2)) {
            throw new IllegalStateException("queries read keys and values that train; expected those of a frozen block");
        }
        if (f.needs(0)) {
            q = f.save(Keeper.Role.ATTENTION, in[0]);
            k = f.save(Keeper.Role.ATTENTION, in[1]);
            v = f.save(Keeper.Role.ATTENTION, in[2]);
        }
        return f.compute().call(QueryKernels.QUERY_ATTENTION, in[0], in[1], in[2], lengths, heads, kvHeads);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor qq = q.get(); Tensor kk = k.get(); Tensor vv = v.get()) {
            b.give(0, b.compute().call(QueryKernels.QUERY_ATTENTION_DX, dy, qq, kk, vv, lengths, heads, kvHeads));
        }
    }
}
