package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CodeBooks;
import headroom.engine.memory.Category;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The code books that all 4-bit weights of a run share: the 16 levels, the two levels of each byte [256, 2], and the signed 8-bit dynamic code of the scales [256].
 * Source: QLoRA (2023); 8-bit optimizers (2021) for the dynamic code.
 */
public final class Nf4Tables implements AutoCloseable {
    private final Tensor levels;
    private final Tensor pairs;
    private final Tensor dynamic8;

    private Nf4Tables(Tensor levels, Tensor pairs, Tensor dynamic8) {
        this.levels = levels;
        this.pairs = pairs;
        this.dynamic8 = dynamic8;
    }

    public static Nf4Tables create(Compute c) {
        return new Nf4Tables(upload(c, "nf4.levels", CodeBooks.nf4(), 16), upload(c, "nf4.pairs", CodeBooks.nf4Pairs(), 256, 2), upload(c, "nf4.dynamic8", CodeBooks.dynamicSigned(), 256));
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
