package headroom.engine.compute.kernel;

import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Spec;

/** Copying, converting and filling tensors. */
public final class CoreKernels {
    /** A copy of x. */
    public static final Kernel COPY = new Kernel("copy", a -> Kernel.makes(new Spec(a.shape(0), a.dtype(0)), 0));
    /** Writes x into the first argument, converting the element type: {@code (to, x)}. */
    public static final Kernel COPY_INTO = new Kernel("copy_into", a -> {
        Tiles.sameShape(a, 0, 1);
        return Kernel.inPlace(0, 0);
    });
    /** x in another element type, always new: {@code (x, dtype code)}. */
    public static final Kernel CAST = new Kernel("cast", a -> Kernel.makes(new Spec(a.shape(0), Tiles.dtype(a.integer(1))), 0));
    /** Sets every element: {@code (x, value)}. */
    public static final Kernel FILL_INTO = new Kernel("fill_into", a -> Kernel.inPlace(0, 0));

    private CoreKernels() {}
}
