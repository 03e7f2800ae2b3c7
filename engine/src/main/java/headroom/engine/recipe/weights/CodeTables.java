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
 * The tables that all coded weights of a run share: the levels of a code book, the levels of whole units of storage, and the signed 8-bit dynamic code of scales that are
 * quantised again.
 */
final class CodeTables implements AutoCloseable {
    private final Tensor levels;
    private final Tensor units;
    private final Tensor dynamic8;

    private CodeTables(Tensor levels, Tensor units, Tensor dynamic8) {
        this.levels = levels;
        this.units = units;
        this.dynamic8 = dynamic8;
    }

    /** @param doubled true if scales are quantised again */
    static CodeTables create(Compute c, float[] levels, boolean doubled) {
        float[] units = CodeBooks.units(levels);
        long runs = levels.length == 8 ? 4096 : 256;
        return new CodeTables(upload(c, "codes.levels", levels, levels.length), upload(c, "codes.units", units, runs, units.length / runs),
                doubled ? upload(c, "codes.dynamic8", CodeBooks.dynamicSigned(), 256) : null);
    }

    private static Tensor upload(Compute c, String owner, float[] values, long... dims) {
        return c.upload(Category.WEIGHTS, owner, DType.F32, Shape.of(dims), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            b.asFloatBuffer().put(values);
            return b;
        });
    }

    /** All levels, ascending. */
    Tensor levels() {
        return levels;
    }

    /** Bits of a code. */
    int bits() {
        return Long.numberOfTrailingZeros(levels.elements());
    }

    Tensor units() {
        return units;
    }

    /** Null if scales are not quantised. */
    Tensor dynamic8() {
        return dynamic8;
    }

    @Override
    public void close() {
        levels.close();
        units.close();
        if (dynamic8 != null) {
            dynamic8.close();
        }
    }
}
