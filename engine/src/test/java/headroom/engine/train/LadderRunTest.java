package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.plan.Occasions;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs with a network beside the frozen model, in other slots' company: planned to the byte, and the loss falls. */
class LadderRunTest {
    private static final int STEPS = 12;

    private static Recipe recipe(String method, String settings) {
        Map<String, String> all = new HashMap<>(Map.of("batch", "16", "length", "32", "rate", "1e-2"));
        all.putAll(Methods.named(method).trial());
        for (String s : settings.split(" ")) {
            if (!s.isBlank()) {
                all.put(s.substring(0, s.indexOf('=')), s.substring(s.indexOf('=') + 1));
            }
        }
        return Methods.recipe(method, all);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"encoder,compute=bf16", "decoder,compute=bf16 weights=nf4", "encoder,weights=int8 start=random", "decoder,weights=host taps=second", "encoder,saves=int8", "decoder,saves=host", "decoder,saves=rows",
            "encoder,accumulate=2 taps=last", "decoder,loss=segments dropout=0.1", "decoder,pack=true taps=1", "encoder,fused=true"})
    void itKeepsToItsPlanAndTheLossFalls(String model, String settings) throws Exception {
        TinyTask task = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun run = TinyRun.of(task, recipe("lst", settings), STEPS).asPlanned();
        double first = run.losses().subList(0, 3).stream().mapToDouble(d -> d).sum();
        double last = run.losses().subList(STEPS - 3, STEPS).stream().mapToDouble(d -> d).sum();
        assertThat(last).isLessThan(first);
        assertThat(run.scores().get("loss")).isFinite();
    }

    /** Without an adapter a head is all that trains, on the states of the whole model. */
    @Test
    void aHeadAloneLearnsAsItDoesWithEverythingKept() throws Exception {
        TinyTask task = TinyTask.encoder();
        Recipe kept = recipe("full", "").with(new SelectorChoice.AdapterOnly());
        TinyRun untaped = TinyRun.of(task, kept.with(new ActivationsChoice.UntapedBlocks()), STEPS).asPlanned();
        TinyRun all = TinyRun.of(task, kept, STEPS).asPlanned();
        assertThat(untaped.losses()).isEqualTo(all.losses());
        assertThat(untaped.measured().bytes()).isLessThanOrEqualTo(all.measured().bytes());
    }

    /** What is looked at before the first step is planned too, and a run that goes on does not look again. */
    @ParameterizedTest
    @ValueSource(strings = {"encoder", "decoder"})
    void itStartsByTheSquaredGradientsOfExamples(String model, @TempDir Path folder) throws Exception {
        TinyTask task = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        Recipe recipe = recipe("lst", "start=fisher fisher-batches=3 accumulate=2");
        Path[] checkpoint = new Path[1];
        List<Double> whole = losses(task, recipe, folder.resolve("whole"), 6, checkpoint);
        assertThat(TinyRun.of(task, recipe("lst", "start=pruned accumulate=2"), 6).losses()).isNotEqualTo(whole);
        checkpoint[0] = null;
        assertThat(losses(task, recipe, folder.resolve("parts"), 2, checkpoint)).isEqualTo(whole.subList(0, 2));
        assertThat(losses(task, recipe, folder.resolve("parts"), 6, checkpoint)).isEqualTo(whole.subList(2, 6));
    }

    /** Losses of six steps up to one of them, from the beginning or from a checkpoint, which is told in its place. */
    private static List<Double> losses(TinyTask task, Recipe recipe, Path folder, int to, Path[] checkpoint) throws Exception {
        int total = 6;
        boolean begins = checkpoint[0] == null;
        List<Double> losses = new ArrayList<>();
        Ledger ledger = new Ledger();
        Control control = new Control();
        RunListener listener = new RunListener() {
            @Override
            public void started(long fromStep, long toStep) {}

            @Override
            public void stepped(Step step) {
                losses.add(step.loss());
                if (step.step() == to && to < total) {
                    control.stop();
                }
            }

            @Override
            public void evaluated(long step, Map<String, Double> metrics, double seconds) {}

            @Override
            public void checkpointed(long step, Checkpoint.Written written, double seconds) {
                checkpoint[0] = written.folder();
            }

            @Override
            public void paused(long step) {}

            @Override
            public void resumed(long step) {}
        };
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, task.maker(), task.task(), 11, total)) {
            Trainer trainer = new Trainer(a, task.batches(recipe, 11), new Trainer.Extent(total, 0, 0, folder), control, listener);
            if (!begins) {
                try (Checkpoint.Opened opened = Checkpoint.open(checkpoint[0])) {
                    trainer.restore(opened);
                }
            }
            trainer.run();
        }
        if (begins && to == total) {
            List<Rehearsal.Occasion> occasions = Occasions.of(task.batches(recipe.data(), 11), recipe, to);
            assertThat(ledger.peak().bytes()).isEqualTo(Rehearsal.peakOf(recipe, task.maker(), task.task(), 11, total, occasions).bytes());
        }
        return losses;
    }

    /** Six blocks of width 256, the network beside them an eighth as wide. */
    @Test
    void itKeepsAThirdOfWhatPairsInTheBlocksKeep() throws Exception {
        ModelConfig config = HuggingFaceConfig.parse("encoder", """
                {"model_type":"bert","vocab_size":128,"hidden_size":256,"num_hidden_layers":6,"num_attention_heads":4,"intermediate_size":1024,"max_position_embeddings":64,"type_vocab_size":2}""");
        TinyTask task = new TinyTask(config, TinyTask.encoder().task(), TinyTask.encoder().data());
        TinyRun side = TinyRun.of(task, recipe("lst", "width=8"), 2).asPlanned();
        TinyRun pairs = TinyRun.of(task, recipe("lora", ""), 2).asPlanned();
        assertThat(side.measured().of(Category.ACTIVATIONS)).isLessThan(pairs.measured().of(Category.ACTIVATIONS) * 35 / 100);
    }
}
