package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.GptqKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.QuantisationKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.recipe.WeightsChoice.Fit;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.ops.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A weight [out, in] in packed codes of n bits, blocks of them with one scale each: w = s·(level − z), levels of a code book (QLoRA, LQ-LoRA, FP4) or integers. It exists in
 * the compute type only while one product reads it. Codes and zero points never move; scales may train (PEQA, QZO).
 */
final class CodedWeight implements WeightSource {
    private static final Tensor[] NONE = {};

    /**
     * What is stored.
     *
     * @param scales {@code [scales]}, or {@code [codes, outer, mean]} where they are quantised again, or none if they train
     * @param zeros {@code []} or {@code [zeros]}
     * @param trained the scales [out, groups] as a parameter, or null
     */
    private record Stored(Tensor codes, Tensor[] scales, Tensor[] zeros, Parameter trained) {
        List<Tensor> frozen() {
            List<Tensor> all = new ArrayList<>(List.of(scales));
            all.add(codes);
            all.addAll(List.of(zeros));
            return all;
        }
    }

    private final long out;
    private final long in;
    private final DType dtype;
    private final long block;
    private final long step;
    private final long tile;
    private final CodeTables tables;
    private final Stored stored;

    /** @param tile rows that exist at a time while a product reads the weight, 0 for all; raised to where a row begins a block */
    private CodedWeight(Tensor dense, DType dtype, long block, long tile, CodeTables tables, Stored stored) {
        this.out = dense.dim(0);
        this.in = dense.dim(1);
        this.dtype = dtype;
        this.block = block;
        this.tables = tables;
        this.stored = stored;
        this.step = block / gcd(block, in);
        this.tile = tile <= 0 ? 0 : Math.min(out, (tile + step - 1) / step * step);
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Codes of a book with a scale for each block, from a dense matrix, which stays the caller's. */
    static CodedWeight ofBook(Compute c, String path, Tensor dense, DType dtype, long block, boolean doubled, long tile, CodeTables tables) {
        Tensor[] q = c.run(QuantisationKernels.CODE_QUANTISE, dense, tables.levels(), (long) tables.bits(), block);
        Tensor codes = q[0].book(Category.WEIGHTS, path);
        Tensor[] scales = {q[1]};
        if (doubled) {
            try (Tensor single = q[1]) {
                scales = c.run(QuantisationKernels.DOUBLE_QUANTISE, single, tables.dynamic8());
            }
        }
        for (Tensor s : scales) {
            s.book(Category.WEIGHTS, path);
        }
        return new CodedWeight(dense, dtype, block, tile, tables, new Stored(codes, scales, NONE, null));
    }

    /**
     * Integers with a scale for each group of a row, from a dense matrix, which stays the caller's.
     *
     * @param group that divides a row
     * @param choice of everything else
     * @param factor of the inputs' inverse Hessian, then a sweep over the columns chooses; or null, then each weight is rounded by itself
     */
    static CodedWeight ofIntegers(Compute c, String path, Tensor dense, DType dtype, long group, WeightsChoice.IntegerCodes choice, DType scaleType, CodeTables tables,
            Tensor factor) {
        boolean symmetric = choice.symmetric();
        long tile = choice.tile();
        Fit fit = choice.fit();
        Tensor[] q = factor != null ? c.run(GptqKernels.GPTQ_QUANTISE, dense, factor, (long) tables.bits(), group, symmetric, (long) scaleType.torchCode())
                : fit == Fit.MINMAX ? c.run(QuantisationKernels.INTEGER_QUANTISE, dense, (long) tables.bits(), group, symmetric, (long) scaleType.torchCode())
                : c.run(QuantisationKernels.INTEGER_FIT, dense, (long) tables.bits(), group, symmetric, (long) scaleType.torchCode(), (long) fit.candidates(), fit.step(), (double) fit.power());
        for (Tensor t : q) {
            t.book(Category.WEIGHTS, path);
        }
        Tensor[] zeros = symmetric ? NONE : new Tensor[] {q[2]};
        if (!choice.trainScales()) {
            return new CodedWeight(dense, dtype, group, tile, tables, new Stored(q[0], new Tensor[] {q[1]}, zeros, null));
        }
        try (Tensor flat = q[1]) {
            Parameter scales = new Parameter(path + ".scales", Parameter.Role.SCALE, flat.view(dense.dim(0), dense.dim(1) / group));
            return new CodedWeight(dense, dtype, group, tile, tables, new Stored(q[0], NONE, zeros, scales));
        }
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
    public long tile() {
        return tile;
    }

    @Override
    public boolean isRebuilt() {
        return true;
    }

    @Override
    public List<Parameter> parameters() {
        return stored.trained == null ? List.of() : List.of(stored.trained);
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        return stored.trained == null ? decoded(c, from, to) : scaled(c, from, to, stored.trained.data());
    }

    @Override
    public Tensor rows(Forward f, long from, long to) {
        if (stored.trained == null) {
            return decoded(f.compute(), from, to);
        }
        try (Tensor s = f.read(stored.trained)) {
            return scaled(f.compute(), from, to, s);
        }
    }

    private Tensor scaled(Compute c, long from, long to, Tensor scales) {
        try (Tensor flat = scales.view(scales.elements())) {
            return decoded(c, from, to, flat);
        }
    }

    private Tensor decoded(Compute c, long from, long to) {
        return stored.scales.length == 1 ? decoded(c, from, to, stored.scales) : decoded(c, from, to, stored.scales[0], stored.scales[1], stored.scales[2], tables.dynamic8());
    }

    private Tensor decoded(Compute c, long from, long to, Tensor... scales) {
        long begin = from / step * step;
        long end = Math.min(out, (to + step - 1) / step * step);
        Tensor rows = c.call(QuantisationKernels.CODE_ROWS, stored.codes, scales, stored.zeros, tables.units(), block, begin, end, in, (long) dtype.torchCode());
        if (begin == from && end == to) {
            return rows;
        }
        try (Tensor wider = rows) {
            return wider.rows(from - begin, to - begin);
        }
    }

    @Override
    public void giveGradient(Backward b, Tensor dy, Tensor x) {
        if (stored.trained == null) {
            throw new IllegalStateException("codes are frozen; no gradient was asked for");
        }
        b.give(stored.trained, new OfScales(this, dy, x));
    }

    /** ∂s of each group: Σ over it of (dyᵀx)·(level − z). The product exists for a tile of rows at a time. */
    private record OfScales(CodedWeight weight, Tensor dy, Tensor x) implements WeightGradient {
        /** Elements of dyᵀx that exist at a time unless the weight has a tile of its own. */
        private static final long ELEMENTS = 1 << 20;

        @Override
        public Parameter parameter() {
            return weight.stored.trained;
        }

        @Override
        public Tensor dense(Compute c) {
            return rows(c, 0, weight.out);
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            try (Tensor part = dense(c)) {
                c.apply(ElementwiseKernels.AXPY_INTO, sum, part, 1.0);
            }
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            Tensor ds = c.zeros(Category.WORKSPACE, c.owner(), DType.F32, Shape.of(to - from, weight.in / weight.block));
            long tile = weight.tile > 0 ? weight.tile : Math.max(1, ELEMENTS / weight.in);
            for (long i = from; i < to; i += tile) {
                long j = Math.min(to, i + tile);
                try (Tensor dw = c.call(LinearKernels.LINEAR_DW_ROWS, dy, x, i, j); Tensor part = ds.rows(i - from, j - from)) {
                    c.apply(QuantisationKernels.CODE_DS_INTO, part, dw, weight.stored.codes, weight.stored.zeros, weight.tables.units(), weight.block, i * weight.in);
                }
            }
            return ds;
        }
    }

    @Override
    public long bytes() {
        return stored.frozen().stream().mapToLong(Tensor::bytes).sum() + (stored.trained == null ? 0 : stored.trained.data().bytes());
    }

    @Override
    public void close() {
        stored.frozen().forEach(Tensor::close);
        if (stored.trained != null) {
            stored.trained.close();
        }
    }
}
