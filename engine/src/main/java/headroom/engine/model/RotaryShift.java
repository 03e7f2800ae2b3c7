package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.memory.Category;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.DoubleUnaryOperator;

/**
 * Keys of a family that rotates, turned as if the queries stood further on. A prefix of ours has no position and moves no token; other programs count its rows as positions, so
 * that the first token of the text stands at p. A query that is turned by p more reads keys that are turned by p as it read these.
 */
public final class RotaryShift {
    private RotaryShift() {}

    /**
     * @param keys [p, K·D]; borrowed
     * @param positions by how many, negative for the way back
     * @return [p, K·D], owned by the caller
     * @throws IllegalArgumentException if the family does not rotate
     */
    public static Tensor of(Compute c, ModelConfig config, Tensor keys, long positions) {
        if (config.positions() != ModelConfig.Positions.ROTARY) {
            throw new IllegalArgumentException(config.family() + " has a table of positions and turns no keys");
        }
        double[] frequencies = RotaryTables.frequencies(config);
        // a table of one row serves every row
        try (Tensor cos = row(c, frequencies, positions, Math::cos); Tensor sin = row(c, frequencies, positions, Math::sin)) {
            return c.call(AttentionKernels.ROPE, keys, cos, sin, keys.dim(1) / config.headDim());
        }
    }

    private static Tensor row(Compute c, double[] frequencies, long positions, DoubleUnaryOperator function) {
        return c.upload(Category.WORKSPACE, "rotary", DType.F32, Shape.of(1, frequencies.length), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(frequencies.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (double f : frequencies) {
                b.putFloat((float) function.applyAsDouble(positions * f));
            }
            return b.flip();
        });
    }
}
