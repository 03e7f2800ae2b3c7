package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetReader;
import headroom.engine.data.DatasetSource;
import headroom.engine.data.HuggingFaceTokenizers;
import headroom.engine.exchange.TensorFile;
import headroom.engine.exchange.TensorFiles;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.model.FileWeights;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Evaluation;
import headroom.engine.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** MiniLM on SST-2, where the data lie beside the repository: the figures that the documentation states. */
@EnabledIf("dataIsThere")
class SstTest {
    private static Path folder() {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve("projects-sample"))) {
            root = root.getParent();
        }
        return root == null ? Path.of("absent") : root.resolveSibling("shared").resolve("data").resolve("sst2");
    }

    static boolean dataIsThere() {
        return Files.isRegularFile(folder().resolve("train.tsv"));
    }

    /** Evaluations by step, the first one before any training. */
    private static List<Double> accuracies(String method, Map<String, String> settings, double epochs, int evaluations) throws Exception {
        Recipe recipe = Methods.recipe(method, settings);
        Path minilm = Path.of(System.getProperty("headroom.bundle")).resolve("models").resolve("minilm");
        ModelConfig config = HuggingFaceConfig.read(minilm);
        List<Double> accuracies = new ArrayList<>();
        try (HuggingFaceTokenizers tokenizer = HuggingFaceTokenizers.open(minilm); TensorFile file = TensorFiles.open(minilm); TorchCompute c = TorchCompute.cpu(new Ledger())) {
            Dataset data = DatasetReader.read(DatasetSource.of(folder().resolve("train.tsv"))).dataset();
            BatchSource batches = data.batches(tokenizer, recipe.data().batch(), recipe.data().length(), 1);
            long steps = Math.round(epochs * batches.batchesPerEpoch());
            Assembly.ModelMaker maker = (k, dtype, storage) -> Transformers.build(config, new FileWeights(k, dtype, storage, config, file), 0.1);
            try (Assembly a = new Assembly(c, recipe, maker, new Assembly.Task.Classification(2), 1, steps)) {
                accuracies.add(Evaluation.of(a, batches.heldOut(), () -> false).get("accuracy"));
                new Trainer(a, batches, new Trainer.Extent(steps, steps / evaluations, 0, null), new Control(), new RunListener() {
                    @Override
                    public void started(long fromStep, long toStep) {}

                    @Override
                    public void stepped(Step step) {
                        if (step.step() % 50 == 0) {
                            System.out.printf("%s step %d loss %.3f %.0f tokens/s%n", method, step.step(), step.loss(), step.tokens() / step.seconds());
                        }
                    }

                    @Override
                    public void evaluated(long step, Map<String, Double> metrics, double seconds) {
                        System.out.printf("%s step %d %s%n", method, step, metrics);
                        accuracies.add(metrics.get("accuracy"));
                    }

                    @Override
                    public void checkpointed(long step, Checkpoint.Written written, double seconds) {}

                    @Override
                    public void paused(long step) {}

                    @Override
                    public void resumed(long step) {}
                }).run();
            }
        }
        return accuracies;
    }

    @Test
    void fullFineTuningReaches85Percent() throws Exception {
        assertThat(accuracies("full", Map.of("length", "64"), 1, 1).getLast()).isGreaterThanOrEqualTo(0.85);
    }

    @Test
    void loraReaches84Percent() throws Exception {
        assertThat(accuracies("lora", Map.of("length", "64"), 1, 1).getLast()).isGreaterThanOrEqualTo(0.84);
    }

    @Test
    void mezoComesClearlyAboveWhereItStarted() throws Exception {
        List<Double> a = accuracies("mezo", Map.of("length", "64"), 2, 1);
        assertThat(a.getLast()).isGreaterThan(a.getFirst() + 0.1);
    }
}
