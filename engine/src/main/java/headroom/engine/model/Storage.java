package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.WeightSource;
import java.util.function.Supplier;

/**
 * How the matrices of linear sites are stored: the choice of the recipe's weights slot. A factory offers each matrix once, and only one of them exists in full precision
 * at a time unless the storage keeps it so.
 */
@FunctionalInterface
public interface Storage {
    /**
     * @param path of the site, which owns the bytes
     * @param dense makes the matrix [out, in] in the compute dtype, booked to the site as WEIGHTS; owned by the storage, which asks at most once
     */
    WeightSource store(Compute c, String path, long out, long in, Supplier<Tensor> dense);

    /** Told by a factory which model the matrices belong to, before it offers the first. */
    default void begin(ModelConfig config) {}

    /**
     * What stays of the bias of a site, if the storage takes rows out of its matrix.
     *
     * @param whole [out]; owned by the callee
     * @return owned by the caller
     */
    default Tensor bias(Compute c, String site, Tensor whole) {
        return whole;
    }

    /** Plain tensors, as they come. */
    Storage DENSE = (c, path, out, in, dense) ->
            new DenseWeight(new Parameter(path + ".weight", Parameter.Role.MATRIX, dense.get().book(Category.WEIGHTS, path)));
}
