package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;

/** What the rules of several families share: how kernels tile their work, and in which type they reduce. The constants are those of the TorchScript sources. */
final class Tiles {
    /** Elements of a tile: a temporary of a kernel that tiles has at most this many (or one row). */
    static final long TILE = 65_536;
    /** libtorch gives each of its threads scratch of its own in some operations. */
    static final long THREADS = Runtime.getRuntime().availableProcessors();

    private Tiles() {}

    /** Rows of {@code d} elements in a tile. */
    static long rows(long d) {
        return Math.max(1, TILE / Math.max(1, d));
    }

    /** Elements of the largest tile of an [n, d] tensor taken by rows. */
    static long elements(long n, long d) {
        return Math.min(n, rows(d)) * d;
    }

    /** Elements of the largest tile of a flat tensor. */
    static long elements(long n) {
        return Math.min(n, TILE);
    }

    /** The type in which a tensor of this type is reduced. */
    static DType wide(DType dtype) {
        return dtype == DType.F64 ? DType.F64 : DType.F32;
    }

    static boolean isWide(DType dtype) {
        return dtype == wide(dtype);
    }

    /** Bytes of {@code n} elements converted from one type to another, nothing where no conversion is needed. */
    static long converted(long n, DType from, DType to) {
        return from == to ? 0 : n * to.bytes();
    }

    static DType dtype(long torchCode) {
        for (DType d : DType.values()) {
            if (d.torchCode() == torchCode) {
                return d;
            }
        }
        throw new IllegalArgumentException("no element type has the code " + torchCode);
    }

    static void matrix(Args a, int... arguments) {
        for (int i : arguments) {
            Kernel.require(a.shape(i).rank() == 2, "argument %d has shape %s, expected a matrix", i, a.shape(i));
        }
    }

    static void sameType(Args a, int i, int j) {
        Kernel.require(a.dtype(i) == a.dtype(j), "arguments %d and %d have the types %s and %s, which must be one", i, j, a.dtype(i), a.dtype(j));
    }

    static void sameShape(Args a, int i, int j) {
        Kernel.require(a.shape(i).equals(a.shape(j)), "arguments %d and %d have the shapes %s and %s, which must be one", i, j, a.shape(i), a.shape(j));
    }

    static void vector(Args a, int i, long length) {
        Kernel.require(a.shape(i).rank() == 1 && a.dim(i, 0) == length, "argument %d has shape %s, expected [%d]", i, a.shape(i), length);
    }

    static void ids(Args a, int i, long length) {
        vector(a, i, length);
        Kernel.require(a.dtype(i) == DType.I64, "argument %d holds %s, expected I64", i, a.dtype(i));
    }
}
