package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.RunChoice.Phase;
import headroom.engine.recipe.RunChoice.Phases;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.Validator;
import headroom.engine.recipe.run.Course;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An outer loop: rounds that contain phases, over and over, each round in its part of the run. */
class OuterLoopTest {
    private static final SelectorChoice NORMS = new SelectorChoice.NamedParameters(List.of("norms"));

    @TempDir
    Path folder;

    /** The norms alone, then everything with a schedule of its own, three times. */
    private static Recipe loop() {
        OptimizerChoice own = OptimizerChoice.adamW(5e-3);
        return Recipe.defaults().with(new DataChoice(8, 1, 32)).with(OptimizerChoice.adamW(5e-3)).with(NORMS).with(new Phases(
                List.of(Phase.share("norms", 0.5), Phase.steps("all", 0).with(new SelectorChoice.AllParameters()).with(own).with(RunChoice.HandOff.EVERYTHING)),
                List.of(new RunChoice.Every(RunChoice.Clock.ROUND, 1, RunChoice.Action.RESET_OPTIMIZER))).inRounds(3));
    }

    @Test
    void everyRoundGoesThroughAllPhasesInItsPartOfTheRun() {
        Course c = new Course(loop(), 14);
        assertThat(c.legs()).extracting(Course.Leg::from).containsExactly(0L, 2L, 4L, 7L, 9L, 12L);
        assertThat(c.legs().getLast().to()).isEqualTo(14);
        assertThat(c.at(8).name()).isEqualTo("all of round 2");
        assertThat(c.at(6).name()).isEqualTo("norms of round 2");
        assertThat(List.of(0, 3, 8, 13).stream().map(s -> c.after(s).size())).containsExactly(0, 1, 1, 1);
        assertThat(c.kinds()).hasSize(4);
        Course many = new Course(loop().with(((Phases) loop().run()).inRounds(1)), 14);
        assertThat(many.legs()).extracting(Course.Leg::name).containsExactly("norms", "all");
    }

    @Test
    void aPhaseWithoutASelectorComesBackToThatOfTheRecipe() {
        TinyTask t = TinyTask.decoder();
        Recipe r = loop();
        List<Integer> trained = new ArrayList<>();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, r, t.maker(), t.task(), 11, 14)) {
            Course course = a.course();
            for (int step = 0; step < 14; step++) {
                boolean norms = course.at(step).name().startsWith("norms");
                Set<String> paths = new LinkedHashSet<>();
                a.trainables(step).parameters().forEach(p -> paths.add(p.path()));
                trained.add(paths.size());
                assertThat(paths.stream().allMatch(p -> p.contains("norm"))).as("step %d", step).isEqualTo(norms);
            }
        }
        assertThat(new LinkedHashSet<>(trained)).hasSize(2);
    }

    @Test
    void aLoopKeepsToItsPlan() throws Exception {
        for (TinyTask t : List.of(TinyTask.encoder(), TinyTask.decoder())) {
            TinyRun run = TinyRun.of(t, loop(), 14).asPlanned();
            assertThat(run.losses()).hasSize(14).allMatch(Double::isFinite);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6, 9, 11})
    void aLoopThatWasStoppedGoesOnAsIfItHadNotBeen(int stop) throws Exception {
        TinyTask t = TinyTask.decoder();
        List<Double> whole = new ArrayList<>();
        run(t, whole, Integer.MAX_VALUE, null, "whole");
        List<Double> both = new ArrayList<>();
        Path checkpoint = run(t, both, stop, null, "first");
        assertThat(both).hasSize(stop);
        run(t, both, Integer.MAX_VALUE, checkpoint, "second");
        assertThat(both).isEqualTo(whole);
    }

    private Path run(TinyTask t, List<Double> losses, int stopAfter, Path from, String name) throws Exception {
        Path[] checkpoint = new Path[1];
        Control control = new Control();
        int[] seen = new int[1];
        RunListener listener = new RunListener() {
            @Override
            public void started(long fromStep, long toStep) {}

            @Override
            public void stepped(Step step) {
                losses.add(step.loss());
                if (++seen[0] == stopAfter) {
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
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, loop(), t.maker(), t.task(), 11, 14)) {
            Trainer trainer = new Trainer(a, t.batches(loop(), 11), new Trainer.Extent(14, 0, 0, folder.resolve(name)), control, listener);
            if (from != null) {
                try (Checkpoint.Opened opened = Checkpoint.open(from)) {
                    trainer.restore(opened);
                }
            }
            trainer.run();
        }
        return checkpoint[0];
    }

    @Test
    void whatALoopCannotHandOverIsRefusedInWords() {
        TinyTask t = TinyTask.decoder();
        Validator.require(loop(), t.config());
        assertThat(Recipe.fromJson(loop().toJson())).isEqualTo(loop());
        Recipe sgd = loop().with(new Phases(List.of(Phase.share("a", 0.5), Phase.steps("b", 0).with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), loop().optimizer().schedule()))
                .with(RunChoice.HandOff.MODEL)), List.of()).inRounds(2));
        assertThatThrownBy(() -> Validator.require(sgd, t.config())).hasMessageContaining("phase a takes over optimizer state").hasMessageContaining("hand off MODEL");
        Recipe none = loop().with(((Phases) loop().run()).inRounds(-1));
        assertThatThrownBy(() -> Validator.require(none, t.config())).hasMessageContaining("-1 rounds").hasMessageContaining("at least 1");
    }
}
