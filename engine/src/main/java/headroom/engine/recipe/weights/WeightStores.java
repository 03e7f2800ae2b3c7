package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CodeBooks;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.QuantisationKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.model.Storage;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.WeightSource;
import java.util.function.Supplier;

/**
 * The weights slot at work: stores each matrix of a model as the recipe chose, one at a time, so that the model never exists in full precision. Owns the tables that its
 * stores share, so it is closed after the model.
 */
public final class WeightStores implements Storage, AutoCloseable {
    private final WeightsChoice choice;
    private final DType dtype;
    private final long seed;
    private final CodeTables tables;
    private final HostBlocks host;

    private WeightStores(WeightsChoice choice, DType dtype, long seed, CodeTables tables) {
        this.choice = choice;
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
        return new WeightStores(choice, dtype, seed, switch (choice) {
            case WeightsChoice.Dense _, WeightsChoice.HostBlock _, WeightsChoice.Factored _, WeightsChoice.FactoredSparse _, WeightsChoice.Masked _ -> null;
            case WeightsChoice.NormalFloat n -> CodeTables.create(c, CodeBooks.normalFloat(n.bits()), n.doubleQuantisation());
            case WeightsChoice.Float4 f -> CodeTables.create(c, CodeBooks.fp4(), f.doubleQuantisation());
            case WeightsChoice.IntegerCodes i -> CodeTables.create(c, CodeBooks.integers(i.bits(), i.symmetric()), false);
        });
    }

    /** @throws IllegalArgumentException if the matrix does not divide into the groups that were chosen; the message says what would do */
    @Override
    public WeightSource store(Compute c, String path, long out, long in, Supplier<Tensor> dense) {
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
                case WeightsChoice.IntegerCodes i -> ofIntegers(c, path, whole, i);
                case WeightsChoice.HostBlock h -> hosted(c, path, whole, h);
                case WeightsChoice.Factored f -> FactoredWeight.approximate(c, path, whole, dtype, f.rankOf(out, in));
                case WeightsChoice.Masked m -> masked(c, path, whole, m);
                case WeightsChoice.FactoredSparse _ -> throw new IllegalStateException("made without a matrix");
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
        return MaskedWeight.cut(c, path, dense.retain(), m);
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

    private CodedWeight ofIntegers(Compute c, String path, Tensor dense, WeightsChoice.IntegerCodes i) {
        long in = dense.dim(1);
        long group = i.group() <= 0 || i.group() > in ? in : i.group();
        long unit = QuantisationKernels.unit(i.bits());
        fits(path, dense, in % group == 0, "groups of " + group + " do not divide a row of " + in + "; choose a divisor of it, or 0 for one scale per row");
        fits(path, dense, group % unit == 0, group + " codes of " + i.bits() + " bits end within a byte; choose groups that are a multiple of " + unit);
        DType scales = i.scales() == WeightsChoice.ScaleType.F16 ? DType.F16 : DType.F32;
        return CodedWeight.ofIntegers(c, path, dense, dtype, group, i.symmetric(), scales, i.trainScales(), i.tile(), tables);
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
