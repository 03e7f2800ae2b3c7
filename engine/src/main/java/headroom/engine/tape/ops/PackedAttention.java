package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.PackedKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/** {@link Attention} of queries, keys and values that lie in one tensor (see {@link Packing}): the same numbers, one save and one gradient in place of three. */
public final class PackedAttention implements Op {
    private final Attention.Spec spec;
    private Saved qkv;
    private Saved out;
    private Saved lse;

    public PackedAttention(Attention.Spec spec) {
        this.spec = spec;
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor[] y = spec.texts() == null ? f.compute().run(PackedKernels.ATTENTION_PACKED, in[0], spec.lengths(), spec.heads(), spec.kvHeads(), spec.causal())
                : f.compute().run(PackedKernels.ATTENTION_TEXTS_PACKED, in[0], spec.texts(), length(in[0]), spec.heads(), spec.kvHeads(), spec.causal());
        if (f.isTaped()) {
            qkv = f.save(Keeper.Role.ATTENTION, in[0]);
            out = f.save(Keeper.Role.ATTENTION, y[0]);
            lse = f.save(Keeper.Role.STATISTICS, y[1]);
        }
        y[1].close();
        return y[0];
    }

    private long length(Tensor packed) {
        return packed.dim(0) * spec.kvHeads() / (spec.heads() + 2 * spec.kvHeads()) / spec.lengths().dim(0);
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor all = qkv.get(); Tensor y = out.get(); Tensor l = lse.get()) {
            b.give(0, spec.texts() == null ? b.compute().call(PackedKernels.ATTENTION_PACKED_DX, dy, all, y, l, spec.lengths(), spec.heads(), spec.kvHeads(), spec.causal())
                    : b.compute().call(PackedKernels.ATTENTION_TEXTS_PACKED_DX, dy, all, y, l, spec.texts(), length(all), spec.heads(), spec.kvHeads(), spec.causal()));
        }
    }
}
