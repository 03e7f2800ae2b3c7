package headroom.engine.workbench;

import headroom.engine.data.Batch;
import headroom.engine.exchange.TensorFile;
import headroom.engine.model.FileWeights;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import java.util.List;

/**
 * A request with everything resolved that a dry run needs.
 *
 * @param typical shape of a step's batch as it mostly comes, all micro-batches together
 * @param worst the largest that can come
 * @param heldOut the largest batch of an evaluation
 * @param decisions what was assumed about the data, in words
 */
record Prepared(
        PlanRequest request, ModelShelf.Shelved model, MethodShelf.Resolved method, Assembly.Task task, Batch.Shape typical, Batch.Shape worst,
        Batch.Shape heldOut, List<String> decisions) {

    Prepared {
        decisions = List.copyOf(decisions);
    }

    /** The model on a machine that only books, as if its weights were read: its tensors are never filled, so that no file is needed. */
    Assembly.ModelMaker onShapes() {
        return (compute, dtype, storage) -> Transformers.build(model.config(), RandomWeights.undrawn(compute, dtype, storage, model.config()), 0);
    }

    /** The model with newly drawn weights. */
    Assembly.ModelMaker fresh(long seed) {
        return (compute, dtype, storage) -> Transformers.build(model.config(), new RandomWeights(compute, dtype, storage, model.config(), seed), 0);
    }

    /** The model with the weights of its checkpoint, which is read while the model is built and not later. */
    Assembly.ModelMaker from(TensorFile file) {
        return (compute, dtype, storage) -> Transformers.build(model.config(), new FileWeights(compute, dtype, storage, model.config(), file), 0);
    }
}
