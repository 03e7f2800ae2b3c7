package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The code books that all 4-bit weights of a run share: the 16 levels, the two levels of each byte [256, 2], and the signed 8-bit dynamic code of the scales [256].
 * Source: QLoRA (2023); 8-bit optimizers (2021) for the dynamic code.
 */
public final class Nf4Tables implements AutoCloseable {
    private static final float[] LEVELS = {-1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f,
        -0.09105003625154495f, 0f, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f,
        0.7229568362236023f, 1f};

    private final Tensor levels;
    private final Tensor pairs;
    private final Tensor dynamic8;

    private Nf4Tables(Tensor levels, Tensor pairs, Tensor dynamic8) {
        this.levels = levels;
        this.pairs = pairs;
        this.dynamic8 = dynamic8;
    }

    public static Nf4Tables create(Compute c) {
        float[] both = new float[512];
        for (int b = 0; b < 256; b++) {
            both[2 * b] = LEVELS[b >> 4];
            both[2 * b + 1] = LEVELS[b & 15];
        }
        return new Nf4Tables(upload(c, "nf4.levels", LEVELS, 16), upload(c, "nf4.pairs", both, 256, 2), upload(c, "nf4.dynamic8", dynamicCode(), 256));
    }

    /** The signed dynamic 8-bit code, ascending: for each of seven decades the midpoints of equal steps from 0.1 to 1, both signs, and 0 and 1. */
    static float[] dynamicCode() {
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            int steps = 1 << i;
            for (int k = 0; k < steps; k++) {
                double middle = 0.1 + 0.9 * (k + 0.5) / steps;
                all.add(middle * Math.pow(10, i - 6));
                all.add(-middle * Math.pow(10, i - 6));
            }
        }
        all.add(0.0);
        all.add(1.0);
        Collections.sort(all);
        float[] out = new float[all.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = all.get(i).floatValue();
        }
        return out;
    }

    private static Tensor upload(Compute c, String owner, float[] values, long... dims) {
        return c.upload(Category.WEIGHTS, owner, DType.F32, Shape.of(dims), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            b.asFloatBuffer().put(values);
            return b;
        });
    }

    /** The 16 levels, ascending. */
    public Tensor levels() {
        return levels;
    }

    public Tensor pairs() {
        return pairs;
    }

    public Tensor dynamic8() {
        return dynamic8;
    }

    @Override
    public void close() {
        levels.close();
        pairs.close();
        dynamic8.close();
    }
}
