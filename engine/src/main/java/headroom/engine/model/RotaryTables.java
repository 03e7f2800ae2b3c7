package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.DoubleUnaryOperator;

/**
 * Cosines and sines of the rotary angles, [T, D/2] in float32, one pair for all layers. They stay until a batch of another length comes, so one length is in flight at a
 * time: whoever keeps the tapes of two batches pads both to one length.
 */
final class RotaryTables implements AutoCloseable {
    private final Compute compute;
    private final double[] frequencies;
    private Tensor cos;
    private Tensor sin;

    RotaryTables(Compute compute, ModelConfig config) {
        this.compute = compute;
        this.frequencies = frequencies(config);
    }

    /** Angle per position of each pair: θ^(−2i/D), the slow ones stretched where the model was stretched (Llama 3.1). */
    static double[] frequencies(ModelConfig config) {
        int pairs = config.headDim() / 2;
        double[] f = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            double plain = Math.pow(config.ropeTheta(), -2.0 * i / config.headDim());
            f[i] = config.ropeScaling().map(s -> stretched(plain, s)).orElse(plain);
        }
        return f;
    }

    private static double stretched(double f, ModelConfig.RopeScaling s) {
        // turns that the angle makes over the original length: many are left alone, few are stretched, between them a blend
        double turns = s.originalPositions() * f / (2 * Math.PI);
        double keep = Math.clamp((turns - s.lowFreqFactor()) / (s.highFreqFactor() - s.lowFreqFactor()), 0, 1);
        return keep * f + (1 - keep) * f / s.factor();
    }

    /** Makes the tables of T = {@code length} current. */
    void prepare(long length) {
        if (cos != null && cos.dim(0) == length) {
            return;
        }
        close();
        cos = table(length, Math::cos);
        sin = table(length, Math::sin);
    }

    Tensor cos() {
        return cos;
    }

    Tensor sin() {
        return sin;
    }

    private Tensor table(long length, DoubleUnaryOperator function) {
        return compute.upload(Category.DATA, "rotary", DType.F32, Shape.of(length, frequencies.length), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(Math.toIntExact(length * frequencies.length * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
            for (long t = 0; t < length; t++) {
                for (double f : frequencies) {
                    b.putFloat((float) function.applyAsDouble(t * f));
                }
            }
            return b.flip();
        });
    }

    @Override
    public void close() {
        if (cos != null) {
            cos.close();
            cos = null;
        }
        if (sin != null) {
            sin.close();
            sin = null;
        }
    }
}
