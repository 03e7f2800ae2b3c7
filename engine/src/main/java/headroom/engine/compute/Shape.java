package headroom.engine.compute;

import java.util.Arrays;

/** The extents of a tensor, outermost first. Immutable; a scalar has rank 0 and one element. */
public final class Shape {
    private final long[] dims;

    private Shape(long[] dims) {
        this.dims = dims;
    }

    /**
     * @param dims extents, each at least 0
     * @throws IllegalArgumentException if an extent is negative or the element count overflows
     */
    public static Shape of(long... dims) {
        long n = 1;
        for (long d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("negative extent in " + Arrays.toString(dims));
            }
            n = Math.multiplyExact(n, d);
        }
        return new Shape(dims.clone());
    }

    public int rank() {
        return dims.length;
    }

    /** The extent of an axis; negative axes count from the last. */
    public long dim(int axis) {
        return dims[axis < 0 ? axis + dims.length : axis];
    }

    public long[] dims() {
        return dims.clone();
    }

    /** Number of elements. */
    public long elements() {
        long n = 1;
        for (long d : dims) {
            n *= d;
        }
        return n;
    }

    public long bytes(DType dtype) {
        return Math.multiplyExact(elements(), (long) dtype.bytes());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
