package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.ops.DenseWeight;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Squares of the gradients of a model's matrices, summed over rows and over columns as they come: the empirical Fisher information of groups of weights if a gradient is that of one example.
 * Out + in numbers a matrix and a tile of its gradient, never a whole one.
 */
public final class SquaredGradients implements GradientSink, AutoCloseable {
    /** Sums over the columns [out], one for each row, and over the rows [in]. */
    private record Sums(Tensor rows, Tensor columns) {
        void close() {
            rows.close();
            columns.close();
        }
    }

    private final Compute compute;
    private final Set<Parameter> observed = new LinkedHashSet<>();
    private final Map<Parameter, Sums> sums = new LinkedHashMap<>();

    SquaredGradients(Compute compute, Model model) {
        this.compute = compute;
        model.sites().forEach(site -> observed.addAll(site.weight().parameters()));
    }

    /** Parameters whose gradients are wanted. */
    public Set<Parameter> observed() {
        return observed;
    }

    @Override
    public void accept(Parameter p, WeightGradient gradient) {
        Sums s = sums.computeIfAbsent(p, k -> new Sums(zeros(k, k.shape().dim(0)), zeros(k, k.shape().dim(1))));
        gradient.visit(compute, (row, tile) -> {
            try (Tensor byRow = compute.call(SupportKernels.ROW_SQUARES, tile); Tensor part = s.rows.rows(row, row + tile.dim(0)); Tensor byColumn = compute.call(SupportKernels.COLUMN_SQUARES, tile)) {
                compute.apply(ElementwiseKernels.ADD_INTO, part, byRow);
                compute.apply(ElementwiseKernels.ADD_INTO, s.columns, byColumn);
            }
        });
    }

    private Tensor zeros(Parameter p, long n) {
        return compute.zeros(Category.GRADIENTS, "measure." + p.path(), p.dtype() == DType.F64 ? DType.F64 : DType.F32, Shape.of(n));
    }

    @Override
    public void complete(Parameter p) {
        // the sums go on over the examples
    }

    /**
     * Sums over the columns, one for each row, or over the rows; to be closed by the caller.
     *
     * @throws IllegalStateException if no gradient of the site came
     */
    Tensor of(LinearSite site, boolean rows) {
        Sums s = sums.get(((DenseWeight) site.weight()).parameter());
        if (s == null) {
            throw new IllegalStateException("the gradients of " + site.path() + " were not measured before they were asked for");
        }
        return (rows ? s.rows : s.columns).retain();
    }

    @Override
    public void close() {
        sums.values().forEach(Sums::close);
        sums.clear();
    }
}
