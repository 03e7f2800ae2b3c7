package headroom.engine.workbench;

import headroom.engine.data.CheckedDataset;
import headroom.engine.data.Tokenizer;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.TensorFile;
import headroom.engine.exchange.TensorFiles;
import headroom.engine.exchange.TensorHash;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.store.StoredRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a stored run is made of, found again: recipe, model, data, its newest checkpoint. */
final class RunModels {
    private final Preparation preparation;
    private final RunShelf shelf;

    RunModels(Preparation preparation, RunShelf shelf) {
        this.preparation = preparation;
        this.shelf = shelf;
    }

    /** A stored run with what it takes to load its model. */
    record Found(StoredRun run, RunRequest request, Prepared prepared, Recipe recipe, Path folder, CheckpointEntry checkpoint) {
        Optional<Path> weights() {
            return request.fresh() ? Optional.empty() : Optional.of(folder);
        }

        TunedModel base() throws IOException {
            return TunedModel.open(prepared, recipe, request.seed(), weights(), Optional.empty());
        }

        /** The model as people know it: where a run put its blocks into two streams, or a network beside them in place of it, without these and what stands on them. */
        TunedModel untouched() throws IOException {
            final boolean another = recipe.activations() instanceof ActivationsChoice.ReversibleStreams || recipe.activations() instanceof ActivationsChoice.UntapedBlocks;
            if (!another) {
                return base();
            }
            final Recipe plain = recipe.with(new AdapterChoice.None()).with(new SelectorChoice.AdapterOnly()).with(new ActivationsChoice.KeepNeeded(recipe.activations().loss()));
            return TunedModel.open(prepared, plain, request.seed(), weights(), Optional.empty());
        }

        TunedModel tuned() throws IOException {
            return TunedModel.open(prepared, recipe, request.seed(), weights(), Optional.of(checkpoint.folder()));
        }

        Tokenizer tokenizer() {
            return Preparation.tokenizer(folder);
        }

        /** What the base is, by its content: its tensors, or how they were drawn. */
        String baseHash() throws IOException {
            if (request.fresh()) {
                return TensorHash.of("drawn with seed " + request.seed() + ": " + HuggingFaceConfig.toJson(prepared.model().config()));
            }
            try (TensorFile file = TensorFiles.open(folder)) {
                return TensorHash.of(file);
            }
        }
    }

    /** @throws WorkbenchException if there is no such run, or it has no checkpoint */
    Found find(String id) {
        final StoredRun run = shelf.stored(id);
        final List<CheckpointEntry> checkpoints = shelf.show(id).checkpoints();
        if (checkpoints.isEmpty()) {
            throw new WorkbenchException(Problem.of("Run " + run.id() + " has no checkpoint yet: there is no tuned model to load.", "Its curves are stored.",
                    "Let it run to its first checkpoint: headroom resume " + run.id() + "."));
        }
        final RunRequest request = RunShelf.asked(run).request();
        final Prepared prepared = preparation.of(request.plan());
        final Path folder = prepared.model().folder().orElseThrow(() -> new WorkbenchException(Problem.of(
                "The model " + request.plan().model() + " of run " + run.id() + " is not here any more.", "The run's checkpoints are untouched.",
                "Put the model's folder back.")));
        return new Found(run, request, prepared, Recipe.fromJson(run.asked().recipeJson()), folder, checkpoints.getFirst());
    }

    CheckedDataset data(RunRequest request) {
        return preparation.data().load(request.plan().data().orElseThrow(), request.plan().columns());
    }

    /** What reading model files or checkpoints refused, in the words of the facade. */
    static WorkbenchException unreadable(String run, Exception e) {
        final String advice = e instanceof FormatException format ? format.advice() : "Check the disk; headroom resume " + run + " writes a new checkpoint.";
        return new WorkbenchException(Problem.of("The model of run " + run + " cannot be loaded: " + e.getMessage(), "Nothing was changed.", advice), e);
    }
}
