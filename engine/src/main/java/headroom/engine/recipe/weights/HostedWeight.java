package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;
import java.util.List;

/** A weight [out, in] whose home is host memory and which visits the device with its block (ZO2's blocks, without their update). Frozen. */
record HostedWeight(HostBlocks blocks, HostBlocks.Place place, long out, long in, DType dtype) implements WeightSource {
    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        return rows(c, from, to, true);
    }

    @Override
    public Tensor rows(Forward f, long from, long to) {
        return rows(f.compute(), from, to, false);
    }

    private Tensor rows(Compute c, long from, long to, boolean backward) {
        Tensor here = blocks.onDevice(c, place, backward);
        Tensor part = from == 0 && to == out ? here.retain() : here.rows(from, to);
        if (part.dtype() == dtype) {
            return part;
        }
        try (Tensor stored = part) {
            return c.call(CoreKernels.CAST, stored, (long) dtype.torchCode());
        }
    }

    @Override
    public void giveGradient(Backward b, Tensor dy, Tensor x) {
        throw new IllegalStateException("weights on the host are frozen; no gradient was asked for");
    }

    @Override
    public long bytes() {
        return blocks.home(place).bytes();
    }

    /** The blocks are freed together, by whoever made them. */
    @Override
    public void close() {}
}
