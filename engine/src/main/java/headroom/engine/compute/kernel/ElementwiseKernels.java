package headroom.engine.compute.kernel;

import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;
import java.util.List;

/** Element by element. All tensors of a call have one shape; FLOPs count the arithmetic a reader would write, a transcendental function as one. */
public final class ElementwiseKernels {
    /** a + b. */
    public static final Kernel ADD = maker("add", 2, 1);
    /** a += b, of any two floating types. */
    public static final Kernel ADD_INTO = new Kernel("add_into", a -> sum(a, 1));
    /** {@code (a, b, c)}: a += c b, of any two floating types. */
    public static final Kernel AXPY_INTO = new Kernel("axpy_into", a -> sum(a, 2));
    /** a b. */
    public static final Kernel MUL = maker("mul", 2, 1);
    /** a *= b. */
    public static final Kernel MUL_INTO = writer("mul_into", 2, 1);
    /** {@code (a, c)} → c a. */
    public static final Kernel SCALE = maker("scale", 1, 1);
    /** {@code (a, c)}: a *= c. */
    public static final Kernel SCALE_INTO = writer("scale_into", 1, 1);
    /** x Φ(x), with the error function. */
    public static final Kernel GELU = maker("gelu", 1, 4);
    public static final Kernel GELU_INTO = writer("gelu_into", 1, 4);
    /** {@code (dy, x)} → dx. */
    public static final Kernel GELU_DX = maker("gelu_dx", 2, 9);
    /** {@code (dy, x)}: dy becomes dx. */
    public static final Kernel GELU_DX_INTO = writer("gelu_dx_into", 2, 9);
    /** The form with tanh. */
    public static final Kernel GELU_TANH = maker("gelu_tanh", 1, 8);
    public static final Kernel GELU_TANH_INTO = writer("gelu_tanh_into", 1, 8);
    public static final Kernel GELU_TANH_DX = maker("gelu_tanh_dx", 2, 16);
    public static final Kernel GELU_TANH_DX_INTO = writer("gelu_tanh_dx_into", 2, 16);
    public static final Kernel RELU = maker("relu", 1, 1);
    public static final Kernel RELU_INTO = writer("relu_into", 1, 1);
    /** {@code (dy, x)} → dx; y in place of x gives the same. */
    public static final Kernel RELU_DX = maker("relu_dx", 2, 1);
    public static final Kernel RELU_DX_INTO = writer("relu_dx_into", 2, 1);
    /** x σ(x). */
    public static final Kernel SILU = maker("silu", 1, 4);
    public static final Kernel SILU_DX = maker("silu_dx", 2, 8);
    public static final Kernel SILU_DX_INTO = writer("silu_dx_into", 2, 8);
    /** {@code (g, u)} → silu(g) u. */
    public static final Kernel SWIGLU = maker("swiglu", 2, 5);
    /** {@code (dy, g, u)} → dg, du. */
    public static final Kernel SWIGLU_DX = new Kernel("swiglu_dx", a -> {
        same(a, 3);
        Spec s = new Spec(a.shape(0), a.dtype(0));
        return Kernel.makes(List.of(s, s), 0, 14 * a.shape(0).elements());
    });
    public static final Kernel TANH = maker("tanh", 1, 1);
    /** {@code (dy, y)} → dx = dy (1 - y²). */
    public static final Kernel TANH_DX = maker("tanh_dx", 2, 3);
    public static final Kernel TANH_DX_INTO = writer("tanh_dx_into", 2, 3);
    /**
     * {@code (x, key, p, offset)}: zeroes elements with probability p and divides the others by 1 - p. Element i goes by the draw at {@code offset + i} under the key, so
     * the backward direction is the same call on dy. p is rounded to 1/65,536.
     */
    public static final Kernel DROPOUT = new Kernel("dropout", a -> Kernel.makes(new Spec(a.shape(0), a.dtype(0)), draws(a), 2 * a.shape(0).elements()));
    /** The same in place. */
    public static final Kernel DROPOUT_INTO = new Kernel("dropout_into", a -> Kernel.inPlace(draws(a), 2 * a.shape(0).elements()));

    private ElementwiseKernels() {}

    private static Kernel maker(String name, int tensors, long flops) {
        return new Kernel(name, a -> {
            same(a, tensors);
            return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), flops * a.shape(0).elements());
        });
    }

    private static Kernel writer(String name, int tensors, long flops) {
        return new Kernel(name, a -> {
            same(a, tensors);
            return Kernel.inPlace(0, flops * a.shape(0).elements());
        });
    }

    private static Outcome sum(Args a, long flops) {
        Tiles.sameShape(a, 0, 1);
        long n = a.shape(0).elements();
        return Kernel.inPlace(Tiles.converted(Tiles.elements(n), a.dtype(1), a.dtype(0)), flops * n);
    }

    private static void same(Args a, int tensors) {
        for (int i = 1; i < tensors; i++) {
            Tiles.sameShape(a, 0, i);
            Tiles.sameType(a, 0, i);
        }
    }

    /** Two 64-bit integers for every four elements of a tile. */
    private static long draws(Args a) {
        double p = a.number(2);
        Kernel.require(p >= 0 && p < 1, "drop probability %s is not in [0, 1)", p);
        long skip = a.integer(3) % 4;
        return 16 * Math.min(RandomKernels.LANES, (skip + a.shape(0).elements() + 3) / 4);
    }
}
