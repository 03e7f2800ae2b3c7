package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CodeBooks;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.QuantisationKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.Storage;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.WeightSource;
import java.util.List;
import java.util.function.Supplier;

/**
 * The weights slot at work: stores each matrix of a model as the recipe chose, one at a time, so that the model never exists in full precision. Owns the tables that its
 * stores share, so it is closed after the model.
 */
public final class WeightStores implements Storage, AutoCloseable {
    private final WeightsChoice choice;
    private final CutBlocks cut;
    private final DType dtype;
    private final long seed;
    private final CodeTables tables;
    private final HostBlocks host;

    private WeightStores(WeightsChoice choice, CutBlocks cut, DType dtype, long seed, CodeTables tables) {
        this.choice = choice;
        this.cut = cut;
        this.dtype = dtype;
        this.seed = seed;
        this.tables = tables;
        this.host = choice instanceof WeightsChoice.HostBlock h ? new HostBlocks(h.resident()) : null;
    }

    /**
     * @param dtype type of the products
     * @param seed of the run, for parts that start at random
     */
    public static WeightStores open(Compute c, WeightsChoice choice, DType dtype, long seed) {
        WeightsChoice kept = choice instanceof WeightsChoice.Cut cut ? cut.of() : choice;
        return new WeightStores(kept, choice instanceof WeightsChoice.Cut cut ? new CutBlocks(cut, seed) : null, dtype, seed, switch (kept) {
            case WeightsChoice.Dense _, WeightsChoice.HostBlock _, WeightsChoice.Factored _, WeightsChoice.FactoredSparse _, WeightsChoice.Masked _ -> null;
            case WeightsChoice.Cut _ -> throw new IllegalStateException("a cut of a cut");
            case WeightsChoice.NormalFloat n -> CodeTables.create(c, CodeBooks.normalFloat(n.bits()), n.doubleQuantisation());
            case WeightsChoice.Float4 f -> CodeTables.create(c, CodeBooks.fp4(), f.doubleQuantisation());
            case WeightsChoice.IntegerCodes i -> CodeTables.create(c, CodeBooks.integers(i.bits(), i.symmetric()), false);
        });
    }

    /** What stays of each block of a model that was cut, in order, or null for a whole one: what a recovery of the whole needs. Known once the model is made. */
    public List<WeightsChoice.Kept> kept() {
        return cut == null ? null : cut.kept();
    }

    @Override
    public void begin(ModelConfig config) {
        if (cut != null) {
            cut.begin(config);
        }
    }

    @Override
    public Tensor bias(Compute c, String site, Tensor whole) {
        return cut == null ? whole : cut.bias(c, site, whole);
    }

    /** @throws IllegalArgumentException if the matrix does not divide into the groups that were chosen; the message says what would do */
    @Override
    public WeightSource store(Compute c, String path, long out, long in, Supplier<Tensor> dense) {
        return cut == null ? stored(c, path, out, in, dense) : stored(c, path, cut.rows(path, out), cut.columns(path, in), () -> cut.matrix(c, path, dense.get()));
    }

    private WeightSource stored(Compute c, String path, long out, long in, Supplier<Tensor> dense) {
        if (choice instanceof WeightsChoice.FactoredSparse f) {
            return FactoredSparseWeight.fresh(c, path, out, in, dtype, f.rankOf(out, in), f.density(), f.alpha(), f.tile(), seed);
        }
        if (choice instanceof WeightsChoice.Factored f && f.start() == WeightsChoice.FactorStart.KAIMING) {
            return FactoredWeight.fresh(c, path, out, in, dtype, f.rankOf(out, in), seed);
        }
        try (Tensor whole = dense.get()) {
            return switch (choice) {
                case WeightsChoice.Dense d -> plain(c, path, whole, d);
                case WeightsChoice.NormalFloat n -> ofBook(c, path, whole, n.block(), n.doubleQuantisation(), n.tile());
                case WeightsChoice.Float4 f -> ofBook(c, path, whole, f.block(), f.doubleQuantisation(), f.tile());
                case WeightsChoice.IntegerCodes i -> integers(c, path, whole, i, null);
                case WeightsChoice.HostBlock h -> hosted(c, path, whole, h);
                case WeightsChoice.Factored f -> FactoredWeight.approximate(c, path, whole, dtype, f.rankOf(out, in));
                case WeightsChoice.Masked m -> masked(c, path, whole, m);
                case WeightsChoice.FactoredSparse _, WeightsChoice.Cut _ -> throw new IllegalStateException("made without a matrix");
            };
        }
    }

    private WeightSource plain(Compute c, String path, Tensor dense, WeightsChoice.Dense d) {
        return new DenseWeight(new Parameter(path + ".weight", Parameter.Role.MATRIX, stored(c, path, dense, d.stored())), dtype, d.tile());
    }

    private WeightSource hosted(Compute c, String path, Tensor dense, WeightsChoice.HostBlock h) {
        try (Tensor here = stored(c, path, dense, h.stored())) {
            return new HostedWeight(host, host.add(path, c.copyTo(Tier.HOST, here)), here.dim(0), here.dim(1), dtype);
        }
    }

    private WeightSource masked(Compute c, String path, Tensor dense, WeightsChoice.Masked m) {
        fits(path, dense, m.pattern() != WeightsChoice.MaskPattern.GROUPS || dense.dim(1) % m.m() == 0, "groups of " + m.m() + " do not divide a row of " + dense.dim(1));
        // holes are cut into a copy: who offers a matrix may look at it again
        return MaskedWeight.cut(c, path, c.call(CoreKernels.COPY, dense), m);
    }

    private Tensor stored(Compute c, String path, Tensor dense, WeightsChoice.StoredType type) {
        DType stored = type.dtype(dtype);
        return (stored == dense.dtype() ? dense.retain() : c.call(CoreKernels.CAST, dense, (long) stored.torchCode())).book(Category.WEIGHTS, path);
    }

    private CodedWeight ofBook(Compute c, String path, Tensor dense, int block, boolean doubled, int tile) {
        long unit = QuantisationKernels.unit(tables.bits());
        fits(path, dense, dense.elements() % unit == 0, "codes of " + tables.bits() + " bits fill whole bytes in multiples of " + unit + " weights");
        return CodedWeight.ofBook(c, path, dense, dtype, block, doubled, tile, tables);
    }

    /**
     * A matrix as integers of this choice's bits, which stays the caller's.
     *
     * @param factor of a sweep over the columns, or null for rounding
     */
    CodedWeight integers(Compute c, String path, Tensor dense, WeightsChoice.IntegerCodes i, Tensor factor) {
        long in = dense.dim(1);
        long unit = QuantisationKernels.unit(i.bits());
        fits(path, dense, in % unit == 0, "a row of " + in + " codes of " + i.bits() + " bits ends within a byte; choose 8 bits, or another number of bits");
        long group = i.group() <= 0 || i.group() > in ? in : divisor(in, i.group(), unit);
        DType scales = i.scales() == WeightsChoice.ScaleType.F16 ? DType.F16 : DType.F32;
        return CodedWeight.ofIntegers(c, path, dense, dtype, group, i, scales, tables, factor);
    }

    /** The divisor of a row nearest to the group that was asked for, by ratio, among those that fill whole bytes. */
    private static long divisor(long in, long wanted, long unit) {
        long best = in;
        for (long d = unit; d < in; d += unit) {
            if (in % d == 0 && Math.abs(Math.log((double) d / wanted)) < Math.abs(Math.log((double) best / wanted))) {
                best = d;
            }
        }
        return best;
    }

    private static void fits(String path, Tensor dense, boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException("the matrix " + path + " " + dense.shape() + " cannot be stored so: " + sentence + ".");
        }
    }

    @Override
    public void close() {
        if (tables != null) {
            tables.close();
        }
        if (host != null) {
            host.close();
        }
    }
}
