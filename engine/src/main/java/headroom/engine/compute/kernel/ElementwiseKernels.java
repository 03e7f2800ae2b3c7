package headroom.engine.compute.kernel;

import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;

/** Element by element. All tensors of a call have one shape. */
public final class ElementwiseKernels {
    /** a + b. */
    public static final Kernel ADD = new Kernel("add", ElementwiseKernels::likeFirst);
    /** a += b, in place. */
    public static final Kernel ADD_INTO = new Kernel("add_into", a -> {
        sameShape(a);
        return Kernel.inPlace(0, a.shape(0).elements());
    });

    private ElementwiseKernels() {}

    private static Outcome likeFirst(Args a) {
        sameShape(a);
        return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), a.shape(0).elements());
    }

    private static void sameShape(Args a) {
        Kernel.require(a.shape(0).equals(a.shape(1)), "shapes %s and %s differ", a.shape(0), a.shape(1));
    }
}
