package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.model.Storage;
import headroom.engine.tape.ops.WeightSource;
import java.util.function.Supplier;

/** Stores every matrix as {@link Nf4Weight}, one at a time, so the model never exists in full precision. */
public record Nf4Storage(DType dtype, boolean doubleQuantisation, Nf4Tables tables) implements Storage {
    @Override
    public WeightSource store(Compute c, String path, long out, long in, Supplier<Tensor> dense) {
        try (Tensor whole = dense.get()) {
            return Nf4Weight.quantise(c, path, whole, dtype, doubleQuantisation, tables);
        }
    }
}
