package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Spec;

/** A vector on the columns of a matrix: x, z, dy [N, d], l [d] of any floating type. */
public final class GateKernels {
    /** {@code (x, l)} → x ⊙ l; also the way back. */
    public static final Kernel GATE = new Kernel("gate", a -> {
        long scratch = columns(a);
        return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), scratch, a.shape(0).elements());
    });
    /** {@code (x, l)}: x becomes x ⊙ l. */
    public static final Kernel GATE_INTO = new Kernel("gate_into", a -> Kernel.inPlace(columns(a), a.shape(0).elements()));
    /** {@code (x, l [N])}: every row of x times a number, in place. */
    public static final Kernel GATE_ROWS_INTO = new Kernel("gate_rows_into", a -> {
        Tiles.matrix(a, 0);
        Tiles.vector(a, 1, a.dim(0, 0));
        return Kernel.inPlace(Tiles.converted(a.dim(0, 0), a.dtype(1), a.dtype(0)), a.shape(0).elements());
    });
    /** {@code (dy, z)} → dl = Σ_N dy ⊙ z, in the type of dy. */
    public static final Kernel GATE_DW = new Kernel("gate_dw", a -> {
        Tiles.matrix(a, 0, 1);
        Tiles.sameShape(a, 0, 1);
        Tiles.sameType(a, 0, 1);
        long d = a.dim(0, 1);
        DType wide = Tiles.wide(a.dtype(0));
        long tile = Tiles.elements(a.dim(0, 0), d);
        long sums = d * wide.bytes() + (Tiles.isWide(a.dtype(0)) ? 0 : d * wide.bytes());
        return Kernel.makes(Spec.of(a.dtype(0), d), 2 * Tiles.converted(tile, a.dtype(0), wide) + tile * wide.bytes() + sums, 2 * a.shape(0).elements());
    });

    private GateKernels() {}

    private static long columns(Args a) {
        Tiles.matrix(a, 0);
        Tiles.vector(a, 1, a.dim(0, 1));
        return Tiles.converted(a.dim(0, 1), a.dtype(1), a.dtype(0));
    }
}
