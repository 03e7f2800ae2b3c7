package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import java.util.ArrayList;
import java.util.List;

/** The parameters that one adapter adds, in the compute dtype, booked as ADAPTER and freed together. */
final class AddedParameters implements AutoCloseable {
    private final Compute compute;
    private final DType dtype;
    private final long seed;
    private final List<Parameter> made = new ArrayList<>();

    /** @param seed of the run, from which starts are drawn by path */
    AddedParameters(Compute compute, DType dtype, long seed) {
        this.compute = compute;
        this.dtype = dtype;
        this.seed = seed;
    }

    Compute compute() {
        return compute;
    }

    long seed() {
        return seed;
    }

    Parameter zeros(String path, Parameter.Role role, long... dims) {
        Parameter p = new Parameter(path, role, compute.zeros(Category.ADAPTER, path, dtype, Shape.of(dims)));
        made.add(p);
        return p;
    }

    Parameter constant(double value, String path, Parameter.Role role, long... dims) {
        Parameter p = zeros(path, role, dims);
        compute.apply(CoreKernels.FILL_INTO, p.data(), value);
        return p;
    }

    /** Normal numbers of a deviation, by the parameter's path. */
    Parameter normal(double deviation, String path, Parameter.Role role, long... dims) {
        Parameter p = zeros(path, role, dims);
        compute.apply(RandomKernels.ADD_NORMAL_INTO, p.data(), Keys.key(seed, "start", path, 0), 0L, deviation);
        return p;
    }

    /** Uniform numbers in [−bound, bound), by the parameter's path. */
    Parameter uniform(double bound, String path, Parameter.Role role, long... dims) {
        Parameter p = zeros(path, role, dims);
        compute.apply(RandomKernels.UNIFORM_INTO, p.data(), Keys.key(seed, "start", path, 0), bound);
        return p;
    }

    List<Parameter> all() {
        return List.copyOf(made);
    }

    @Override
    public void close() {
        made.forEach(Parameter::close);
    }
}
