package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Spec;
import java.util.ArrayList;
import java.util.List;

/**
 * Integers for weights that are chosen by what they do to a layer's outputs ("GPTQ", 2023): the Gram matrix of its inputs, the factor of its damped inverse, and the sweep over the
 * columns in which each takes up what those before it lost. Codes, scales and zero points are in the form of {@link QuantisationKernels#INTEGER_QUANTISE}.
 */
public final class GptqKernels {
    /** {@code (h [in, in], x [N, in], kept [N])}: h += Σ kept[n] · x[n]ᵀx[n]. */
    public static final Kernel GRAM_ACC = new Kernel("gram_acc", a -> {
        Tiles.matrix(a, 0, 1);
        long in = a.dim(1, 1);
        long n = a.dim(1, 0);
        Kernel.require(a.dim(0, 0) == in && a.dim(0, 1) == in, "a Gram matrix of shape %s for inputs %s", a.shape(0), a.shape(1));
        Tiles.vector(a, 2, n);
        long bytes = a.dtype(0).bytes();
        return Kernel.inPlace(n * in * bytes + Tiles.converted(n * in, a.dtype(1), a.dtype(0)) + Tiles.converted(n, a.dtype(2), a.dtype(0)) + in * in * bytes, 2 * n * in * in);
    });
    /** {@code (h [in, in], damp)} → U [in, in] upper, UᵀU = (2h + damp·mean(diag 2h)·I)⁻¹. */
    public static final Kernel GPTQ_FACTOR = new Kernel("gptq_factor", a -> {
        Tiles.matrix(a, 0);
        long in = a.dim(0, 0);
        Kernel.require(a.dim(0, 1) == in, "a Gram matrix of shape %s", a.shape(0));
        return Kernel.makes(new Spec(a.shape(0), a.dtype(0)), 4L * Double.BYTES * in * in, 2 * in * in * in);
    });
    /** {@code (w [out, in], U, bits, block, symmetric, dtype code of the scales)} → codes, scales and, if not symmetric, zeros; a block divides a row. */
    public static final Kernel GPTQ_QUANTISE = new Kernel("gptq_quantise", a -> {
        Tiles.matrix(a, 0, 1);
        long out = a.dim(0, 0);
        long in = a.dim(0, 1);
        long bits = a.integer(2);
        long block = a.integer(3);
        Kernel.require(a.dim(1, 0) == in && a.dim(1, 1) == in, "a factor of shape %s for a matrix %s", a.shape(1), a.shape(0));
        Kernel.require(in % block == 0, "a row of %d is no whole number of groups of %d", in, block);
        List<Spec> made = new ArrayList<>(List.of(Spec.of(DType.U8, QuantisationKernels.packed(out * in, bits, block)), Spec.of(Tiles.dtype(a.integer(5)), out * in / block)));
        if (!a.flag(4)) {
            made.add(Spec.of(DType.U8, out * in / block));
        }
        // the weights that are left, their codes as integers, and what is taken off the columns to come, or the bytes that are packed
        return Kernel.makes(made, Float.BYTES * (3 * out * in + 8 * out) + Tiles.converted(in * in, a.dtype(1), DType.F32), out * in * (in + 8));
    });

    private GptqKernels() {}
}
