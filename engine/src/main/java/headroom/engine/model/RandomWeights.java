package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;

/**
 * A model at its start: matrices and tables normal with deviation 0.02, those that write to the residual stream narrower by √(2·layers) as in GPT-2, gains one, the rest
 * zero. Each number is a function of the seed, the tensor's path and its place, so the same seed gives the same model on every machine. On a dry machine nothing is
 * drawn, but what drawing takes is booked; {@link #undrawn} is the factory for models known by their shape alone.
 */
public final class RandomWeights implements WeightsFactory {
    private static final double DEVIATION = 0.02;

    private final Compute compute;
    private final DType dtype;
    private final Storage storage;
    private final long seed;
    private final double residualDeviation;
    private final boolean draws;

    /** @param dtype compute dtype */
    public RandomWeights(Compute compute, DType dtype, Storage storage, ModelConfig config, long seed) {
        this(compute, dtype, storage, config, seed, true);
    }

    private RandomWeights(Compute compute, DType dtype, Storage storage, ModelConfig config, long seed, boolean draws) {
        this.draws = draws;
        this.compute = compute;
        this.dtype = dtype;
        this.storage = storage;
        this.seed = seed;
        this.residualDeviation = DEVIATION / Math.sqrt(2.0 * config.layers());
        storage.begin(config);
    }

    /** For a dry machine: books what a model takes that is read from a file, scratch of draws not among it. */
    public static RandomWeights undrawn(Compute compute, DType dtype, Storage storage, ModelConfig config) {
        return new RandomWeights(compute, dtype, storage, config, 0, false);
    }

    @Override
    public Compute compute() {
        return compute;
    }

    @Override
    public Parameter parameter(String path, Parameter.Role role, Shape shape, Start start) {
        Tensor whole = started(path, Paths.site(path), shape, start);
        return new Parameter(path, role, role == Parameter.Role.BIAS ? storage.bias(compute, Paths.site(path), whole) : whole);
    }

    @Override
    public WeightSource matrix(String path, long out, long in) {
        return storage.store(compute, path, out, in, () -> started(path + Paths.WEIGHT, path, Shape.of(out, in), Start.NORMAL));
    }

    private Tensor started(String path, String owner, Shape shape, Start start) {
        Tensor t = compute.zeros(Category.WEIGHTS, owner, dtype, shape);
        String before = compute.within(owner);
        try {
            switch (start) {
                case ZERO -> { }
                case ONE -> compute.apply(CoreKernels.FILL_INTO, t, 1.0);
                case NORMAL -> {
                    if (draws) {
                        compute.apply(RandomKernels.ADD_NORMAL_INTO, t, Keys.key(seed, "start", path, 0), 0L, deviation(owner));
                    }
                }
            }
            return t;
        } catch (RuntimeException e) {
            // a budget may end here: the draw takes scratch
            t.close();
            throw e;
        } finally {
            compute.within(before);
        }
    }

    private double deviation(String site) {
        return site.endsWith(".attention.out") || site.endsWith(".mlp.down") ? residualDeviation : DEVIATION;
    }
}
