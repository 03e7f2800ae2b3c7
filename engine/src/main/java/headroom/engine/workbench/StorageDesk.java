package headroom.engine.workbench;

import headroom.engine.compute.DType;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.Dataset;
import headroom.engine.data.RowsToScore;
import headroom.engine.data.Tokenizer;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.TensorFile;
import headroom.engine.exchange.TensorFiles;
import headroom.engine.memory.Ledger;
import headroom.engine.model.FileWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.WeightPresets;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.recipe.weights.Calibration;
import headroom.engine.recipe.weights.StoreReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Stores the matrices of a model in forms of the weights slot, one after the other, and says what each form takes and loses. */
final class StorageDesk {
    /** Rows that a calibration looks at: enough for what inputs of a layer have in common. */
    private static final int ROWS = 8;
    private static final int BATCHES = 16;
    private static final int LENGTH = 128;

    private StorageDesk() {}

    static List<StoredMatrix> storing(ModelShelf.Shelved model, Optional<String> form, Progress progress) {
        final Path folder = folder(model);
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

    /** Integers by rounding and by a sweep over columns, judged by what they do to the outputs of some rows of a dataset. */
    static List<StoredMatrix> calibrated(ModelShelf.Shelved model, String form, Dataset data) {
        final Path folder = folder(model);
        if (!(choice(form) instanceof WeightsChoice.IntegerCodes codes)) {
            throw new WorkbenchException(Problem.of("Weights as " + form + " are no integers, so rows of data have nothing to choose.", "Nothing was changed.",
                    "Choose int8, int4, int3 or int2."));
        }
        final String word = "int" + codes.bits();
        final List<Batch> rows;
        try (Tokenizer tokenizer = Preparation.tokenizer(folder)) {
            final List<Batch> all = new RowsToScore(data, tokenizer, ROWS, Math.min(LENGTH, model.config().maxPositions()), List.of(RowsToScore.View.TOPIC)).batches(RowsToScore.View.TOPIC);
            // evenly over all lengths
            final int step = Math.max(1, all.size() / BATCHES);
            rows = IntStream.range(0, Math.min(BATCHES, all.size())).mapToObj(i -> all.get(i * step)).toList();
        }
        return made(model, folder, word, (compute, maker) -> Calibration.of(compute, maker, codes, DType.F32, 1, rows).stream()
                .sorted(Comparator.comparing(Calibration.Judged::way)).map(j -> StoredMatrix.of(switch (j.way()) {
                    case MINMAX -> word;
                    case SHRINK -> word + "-shrink";
                    case GRID_LP -> word + "-grid";
                    case SWEEP -> word + "-gptq";
                }, j.report())).toList());
    }

    /** Matrices on the host are those of the device, and what starts from nothing or is cut has no matrix to be compared with. */
    private static boolean keepsTheMatrix(String word) {
        return switch (WeightPresets.of(word)) {
            case WeightsChoice.HostBlock _, WeightsChoice.FactoredSparse _, WeightsChoice.Cut _ -> false;
            default -> true;
        };
    }

    private static Path folder(ModelShelf.Shelved model) {
        return model.folder().filter(_ -> !model.entry().shapeOnly()).orElseThrow(() -> new WorkbenchException(Problem.of(
                "Of " + model.entry().name() + " the shape is known and not the weights, so nothing can be stored and compared.", "Nothing was changed.",
                "Choose a model with weights: headroom catalog models lists them.")));
    }

    private static WeightsChoice choice(String word) {
        try {
            return WeightPresets.of(word);
        } catch (IllegalArgumentException e) {
            throw new WorkbenchException(Problem.of("There is no form of weights '" + word + "'.", "Nothing was changed.", "There are " + String.join(", ", WeightPresets.words()) + "."), e);
        }
    }

    private static List<StoredMatrix> stored(ModelShelf.Shelved model, Path folder, String word) {
        final WeightsChoice choice = choice(word);
        return made(model, folder, word, (compute, maker) -> StoreReport.of(compute, maker, choice, DType.F32, 1).stream().map(r -> StoredMatrix.of(word, r)).toList());
    }

    private static List<StoredMatrix> made(ModelShelf.Shelved model, Path folder, String word, BiFunction<TorchCompute, Assembly.ModelMaker, List<StoredMatrix>> work) {
        try (TensorFile file = TensorFiles.open(folder); TorchCompute compute = TorchCompute.cpu(new Ledger())) {
            return work.apply(compute, (c, dtype, storage) -> Transformers.build(model.config(), new FileWeights(c, dtype, storage, model.config(), file), 0));
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
