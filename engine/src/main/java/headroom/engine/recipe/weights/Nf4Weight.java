package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.QuantisationKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;
import java.util.List;

/**
 * A weight [out, in] in 4-bit normal-float codes (QLoRA): blocks of 64 with one scale each, the scales themselves in 8 bits if wished. The matrix exists in the compute
 * type only while one product reads it. Frozen: codes do not move, so there is no weight gradient.
 */
public final class Nf4Weight implements WeightSource {
    private final long out;
    private final long in;
    private final DType dtype;
    private final Nf4Tables tables;
    private final Tensor codes;
    /** Single: scales. Double: scale codes, outer scales, mean. */
    private final Tensor[] scales;

    Nf4Weight(long out, long in, DType dtype, Nf4Tables tables, Tensor codes, Tensor[] scales) {
        this.out = out;
        this.in = in;
        this.dtype = dtype;
        this.tables = tables;
        this.codes = codes;
        this.scales = scales;
    }

    /** Quantises a dense matrix, which stays the caller's. */
    static Nf4Weight quantise(Compute c, String path, Tensor dense, DType dtype, boolean doubled, Nf4Tables tables) {
        Tensor[] q = c.run(QuantisationKernels.NF4_QUANTISE, dense, tables.levels());
        Tensor codes = q[0].book(Category.WEIGHTS, path);
        Tensor[] scales;
        if (doubled) {
            try (Tensor single = q[1]) {
                scales = c.run(QuantisationKernels.DOUBLE_QUANTISE, single, tables.dynamic8());
            }
        } else {
            scales = new Tensor[] {q[1]};
        }
        for (Tensor s : scales) {
            s.book(Category.WEIGHTS, path);
        }
        return new Nf4Weight(dense.dim(0), dense.dim(1), dtype, tables, codes, scales);
    }

    @Override
    public long out() {
        return out;
    }

    @Override
    public long in() {
        return in;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public Tensor multiply(Forward f, Tensor x, Tensor bias) {
        try (Tensor w = rows(f.compute(), 0, out)) {
            return bias == null ? f.compute().call(LinearKernels.LINEAR, x, w) : f.compute().call(LinearKernels.LINEAR_BIAS, x, w, bias);
        }
    }

    @Override
    public Tensor multiplyTransposed(Backward b, Tensor dy) {
        try (Tensor w = rows(b.compute(), 0, out)) {
            return b.compute().call(LinearKernels.LINEAR_DX, dy, w);
        }
    }

    @Override
    public boolean wantsInput(Forward f) {
        return false;
    }

    @Override
    public void giveGradient(Backward b, Tensor dy, Tensor x) {
        throw new IllegalStateException("4-bit codes are frozen; no gradient was asked for");
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        return scales.length == 1
                ? c.call(QuantisationKernels.NF4_ROWS, codes, scales[0], tables.pairs(), from, to, in, (long) dtype.torchCode())
                : c.call(QuantisationKernels.NF4_DOUBLE_ROWS, codes, scales[0], scales[1], scales[2], tables.pairs(), tables.dynamic8(), from, to, in, (long) dtype.torchCode());
    }

    @Override
    public long bytes() {
        long n = codes.bytes();
        for (Tensor s : scales) {
            n += s.bytes();
        }
        return n;
    }

    @Override
    public void close() {
        codes.close();
        for (Tensor s : scales) {
            s.close();
        }
    }
}
