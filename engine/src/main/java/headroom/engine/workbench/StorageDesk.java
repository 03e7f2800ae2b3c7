package headroom.engine.workbench;

import headroom.engine.compute.DType;
import headroom.engine.compute.TorchCompute;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.TensorFile;
import headroom.engine.exchange.TensorFiles;
import headroom.engine.memory.Ledger;
import headroom.engine.model.FileWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.recipe.weights.StoreReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Stores the matrices of a model in forms of the weights slot, one after the other, and says what each form takes and loses. */
final class StorageDesk {
    private StorageDesk() {}

    static List<StoredMatrix> storing(ModelShelf.Shelved model, Optional<String> form, Progress progress) {
        final Path folder = model.folder().filter(_ -> !model.entry().shapeOnly()).orElseThrow(() -> new WorkbenchException(Problem.of(
                "Of " + model.entry().name() + " the shape is known and not the weights, so nothing can be stored and compared.", "Nothing was changed.",
                "Choose a model with weights: headroom catalog models lists them.")));
        final List<String> forms = form.map(List::of).orElseGet(() -> WeightPresets.words().stream().filter(StorageDesk::keepsTheMatrix).toList());
        final List<StoredMatrix> all = new ArrayList<>();
        for (int i = 0; i < forms.size(); i++) {
            if (progress.cancelled()) {
                throw new CancellationException("storing matrices");
            }
            progress.at(new Progress.At("storing matrices as " + forms.get(i), i, forms.size(), "forms"));
            all.addAll(stored(model, folder, forms.get(i)));
        }
        return List.copyOf(all);
    }

    /** Matrices on the host are those of the device, and what starts from nothing or is cut has no matrix to be compared with. */
    private static boolean keepsTheMatrix(String word) {
        return switch (WeightPresets.of(word)) {
            case WeightsChoice.HostBlock _, WeightsChoice.FactoredSparse _, WeightsChoice.Cut _ -> false;
            default -> true;
        };
    }

    private static List<StoredMatrix> stored(ModelShelf.Shelved model, Path folder, String word) {
        final WeightsChoice choice;
        try {
            choice = WeightPresets.of(word);
        } catch (IllegalArgumentException e) {
            throw new WorkbenchException(Problem.of("There is no form of weights '" + word + "'.", "Nothing was changed.", "There are " + String.join(", ", WeightPresets.words()) + "."), e);
        }
        try (TensorFile file = TensorFiles.open(folder); TorchCompute compute = TorchCompute.cpu(new Ledger())) {
            return StoreReport.of(compute, (c, dtype, storage) -> Transformers.build(model.config(), new FileWeights(c, dtype, storage, model.config(), file), 0), choice, DType.F32, 1)
                    .stream().map(r -> new StoredMatrix(word, r.path(), r.out(), r.in(), r.bytes(), r.relativeError(), r.maxError(), r.quarticError())).toList();
        } catch (IllegalArgumentException e) {
            throw new WorkbenchException(Problem.of("The matrices of " + model.entry().name() + " cannot be stored as " + word + ": " + e.getMessage(), "Nothing was changed.",
                    "Choose another form: " + String.join(", ", WeightPresets.words()) + "."), e);
        } catch (FormatException e) {
            throw new WorkbenchException(Problem.of("The weights in " + folder + " cannot be read: " + e.getMessage(), "Nothing was changed.", e.advice()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the weights in " + folder + " cannot be read", e);
        }
    }
}
