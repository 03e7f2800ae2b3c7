package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.LowRankKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.compute.kernel.StoreKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.Gradients;
import headroom.engine.tape.ops.WeightSource;
import java.util.List;

/**
 * W = U·V, U [out, r] and V [r, in]: y = (x·Vᵀ)·Uᵀ, so the matrix never exists. Both may train. For the backward pass a site keeps x if V trains, and h = x·Vᵀ [N, r] alone
 * if only U does (WeLore, LoRD, low-rank pre-training).
 */
record FactoredWeight(Parameter u, Parameter v) implements WeightSource {
    /** The best approximation of a matrix in rank r, which stays the caller's: U = U_r·√Σ_r, V = √Σ_r·V_rᵀ from its singular values. */
    static FactoredWeight approximate(Compute c, String path, Tensor dense, DType dtype, long rank) {
        DType wide = dense.dtype() == DType.F64 ? DType.F64 : DType.F32;
        try (Tensor p = c.call(LowRankKernels.SVD_BASIS, dense, rank, true); Tensor w = cast(c, dense, wide); Tensor q = c.call(LowRankKernels.PROJECT_LEFT, p, w)) {
            c.apply(StoreKernels.BALANCE_INTO, p, q);
            return new FactoredWeight(parameter(path + ".u", cast(c, p, dtype), path), parameter(path + ".v", cast(c, q, dtype), path));
        }
    }

    /** Both factors uniform, V in ±1/√in and U in ±1/√r: the start of training from nothing (Kaiming with a = √5). */
    static FactoredWeight fresh(Compute c, String path, long out, long in, DType dtype, long rank, long seed) {
        return new FactoredWeight(parameter(path + ".u", uniform(c, path, ".u", dtype, seed, 1 / Math.sqrt(rank), out, rank), path),
                parameter(path + ".v", uniform(c, path, ".v", dtype, seed, 1 / Math.sqrt(in), rank, in), path));
    }

    static Tensor uniform(Compute c, String path, String part, DType dtype, long seed, double bound, long... dims) {
        Tensor t = c.zeros(Category.WEIGHTS, path, dtype, Shape.of(dims));
        c.apply(RandomKernels.UNIFORM_INTO, t, Keys.key(seed, "factor", path + part, 0), bound);
        return t;
    }

    private static Tensor cast(Compute c, Tensor t, DType to) {
        return t.dtype() == to ? t.retain() : c.call(CoreKernels.CAST, t, (long) to.torchCode());
    }

    static Parameter parameter(String path, Tensor data, String owner) {
        return new Parameter(path, Parameter.Role.MATRIX, data.book(Category.WEIGHTS, owner));
    }

    @Override
    public long out() {
        return u.shape().dim(0);
    }

    @Override
    public long in() {
        return v.shape().dim(1);
    }

    @Override
    public DType dtype() {
        return u.dtype();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(u, v);
    }

    @Override
    public Tensor multiply(Forward f, Tensor x, Tensor bias) {
        Compute c = f.compute();
        try (Tensor vv = f.read(v); Tensor uu = f.read(u); Tensor h = c.call(LinearKernels.LINEAR, x, vv)) {
            return bias == null ? c.call(LinearKernels.LINEAR, h, uu) : c.call(LinearKernels.LINEAR_BIAS, h, uu, bias);
        }
    }

    @Override
    public Tensor multiplyTransposed(Backward b, Tensor dy) {
        try (Tensor g = b.compute().call(LinearKernels.LINEAR_DX, dy, u.data())) {
            return b.compute().call(LinearKernels.LINEAR_DX, g, v.data());
        }
    }

    @Override
    public void addTransposed(Backward b, Tensor dy, Tensor sum) {
        try (Tensor g = b.compute().call(LinearKernels.LINEAR_DX, dy, u.data())) {
            b.compute().apply(LinearKernels.LINEAR_DX_ACC, sum, g, v.data(), 1.0);
        }
    }

    @Override
    public Tensor wantedInput(Forward f, Tensor x) {
        return f.needs(v) ? x.retain() : f.compute().call(LinearKernels.LINEAR, x, v.data());
    }

    @Override
    public void giveGradient(Backward b, Tensor dy, Tensor kept) {
        Compute c = b.compute();
        if (b.needs(u)) {
            try (Tensor h = b.needs(v) ? c.call(LinearKernels.LINEAR, kept, v.data()) : kept.retain()) {
                b.give(u, new Gradients.OuterProduct(u, dy, h, 1));
            }
        }
        if (b.needs(v)) {
            try (Tensor g = c.call(LinearKernels.LINEAR_DX, dy, u.data())) {
                b.give(v, new Gradients.OuterProduct(v, g, kept, 1));
            }
        }
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        try (Tensor part = u.data().rows(from, to)) {
            return c.call(LinearKernels.LINEAR_DX, part, v.data());
        }
    }

    @Override
    public long bytes() {
        return u.data().bytes() + v.data().bytes();
    }

    @Override
    public void close() {
        u.close();
        v.close();
    }
}
