package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.StoreKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.ops.Gradients;
import headroom.engine.tape.ops.WeightSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * W = c·B·A + S (SLTrain): factors B [out, r] and A [r, in], and values on a fixed random support. The matrix is rebuilt for each product, whole or a tile of rows at a time.
 * All three parts train; no gradient of the size of the matrix is made: those of the factors go through h = x·Aᵀ and dy·B, that of the values through tiles of dyᵀx.
 *
 * <p>The support has one entry, drawn by key, in each of k equal runs of the flattened matrix: random, spread evenly, ascending without a sort.
 */
final class FactoredSparseWeight implements WeightSource {
    private final Parameter a;
    private final Parameter b;
    private final Parameter values;
    private final Tensor ids;
    private final double scale;
    private final long tile;

    private FactoredSparseWeight(Parameter a, Parameter b, Parameter values, Tensor ids, double scale, long tile) {
        this.a = a;
        this.b = b;
        this.values = values;
        this.ids = ids;
        this.scale = scale;
        this.tile = tile;
    }

    /** A fresh weight: A uniform in ±1/√in, B zero, values uniform in ±1/√in, so W starts sparse and not zero. */
    static FactoredSparseWeight fresh(Compute c, String path, long out, long in, DType dtype, long rank, double density, double alpha, long tile, long seed) {
        if (out * in > SupportKernels.MOST_ELEMENTS) {
            throw new IllegalArgumentException("a sparse part of " + path + " [" + out + ", " + in + "]: its positions do not fit 32 bits");
        }
        long k = Math.max(1, Math.round(density * out * in));
        double bound = 1 / Math.sqrt(in);
        Parameter values = new Parameter(path + ".values", Parameter.Role.MATRIX, FactoredWeight.uniform(c, path, ".values", dtype, seed, bound, k));
        Parameter a = new Parameter(path + ".a", Parameter.Role.MATRIX, FactoredWeight.uniform(c, path, ".a", dtype, seed, bound, rank, in));
        Parameter b = new Parameter(path + ".b", Parameter.Role.MATRIX, c.zeros(Category.WEIGHTS, path, dtype, Shape.of(out, rank)));
        Tensor ids = c.upload(Category.WEIGHTS, path, DType.I32, Shape.of(k), () -> support(Keys.key(seed, "support", path, 0), k, out * in));
        return new FactoredSparseWeight(a, b, values, ids, alpha / rank, tile);
    }

    private static ByteBuffer support(long key, long k, long elements) {
        ByteBuffer ids = ByteBuffer.allocateDirect(Math.toIntExact(k * Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (long e = 0; e < k; e++) {
            long first = elements * e / k;
            ids.putInt((int) (first + Keys.below(key, e, elements * (e + 1) / k - first)));
        }
        return ids.flip();
    }

    @Override
    public long out() {
        return b.shape().dim(0);
    }

    @Override
    public long in() {
        return a.shape().dim(1);
    }

    @Override
    public DType dtype() {
        return a.dtype();
    }

    @Override
    public long tile() {
        return tile;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(a, b, values);
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        return rows(c, from, to, a.data(), b.data(), values.data());
    }

    @Override
    public Tensor rows(Forward f, long from, long to) {
        try (Tensor aa = f.read(a); Tensor bb = f.read(b); Tensor vv = f.read(values)) {
            return rows(f.compute(), from, to, aa, bb, vv);
        }
    }

    private Tensor rows(Compute c, long from, long to, Tensor aa, Tensor bb, Tensor vv) {
        try (Tensor part = bb.rows(from, to)) {
            Tensor w = c.call(LinearKernels.LINEAR_DX, part, aa);
            c.apply(ElementwiseKernels.SCALE_INTO, w, scale);
            c.apply(StoreKernels.ADD_ENTRIES_INTO, w, vv, ids, from);
            return w;
        }
    }

    @Override
    public void giveGradient(Backward back, Tensor dy, Tensor x) {
        Compute c = back.compute();
        if (back.needs(b)) {
            try (Tensor h = c.call(LinearKernels.LINEAR, x, a.data())) {
                back.give(b, new Gradients.OuterProduct(b, dy, h, scale));
            }
        }
        if (back.needs(a)) {
            try (Tensor g = c.call(LinearKernels.LINEAR_DX, dy, b.data())) {
                back.give(a, new Gradients.OuterProduct(a, g, x, scale));
            }
        }
        if (back.needs(values)) {
            back.give(values, new OfValues(this, dy, x));
        }
    }

    /** dyᵀx at the support, from tiles of rows. */
    private record OfValues(FactoredSparseWeight weight, Tensor dy, Tensor x) implements WeightGradient {
        @Override
        public Parameter parameter() {
            return weight.values;
        }

        @Override
        public Tensor dense(Compute c) {
            Category category = c.making(Category.WORKSPACE);
            Tensor out = c.zeros(category, c.owner(), dy.dtype(), weight.values.shape());
            long step = Math.max(1, TILE / weight.in());
            for (long i = 0; i < weight.out(); i += step) {
                try (Tensor dw = c.call(LinearKernels.LINEAR_DW_ROWS, dy, x, i, Math.min(weight.out(), i + step))) {
                    c.apply(SupportKernels.ENTRIES_INTO, out, dw, weight.ids, i);
                }
            }
            c.making(category);
            return out;
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            Category before = c.making(Category.WORKSPACE);
            try (Tensor part = dense(c)) {
                c.apply(ElementwiseKernels.AXPY_INTO, sum, part, 1.0);
            } finally {
                c.making(before);
            }
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            try (Tensor whole = dense(c)) {
                return whole.rows(from, to);
            }
        }
    }

    @Override
    public long bytes() {
        return a.data().bytes() + b.data().bytes() + values.data().bytes() + ids.bytes();
    }

    @Override
    public void close() {
        a.close();
        b.close();
        values.close();
        ids.close();
    }
}
