package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.SelectorChoice.Amount;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport.Pick;
import headroom.engine.recipe.SelectorChoice.RandomSupport;
import headroom.engine.recipe.SelectorChoice.RandomSupport.Unit;
import headroom.engine.recipe.run.Course;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Selectors of parts of matrices and runs in phases: what they refuse, how they are written, and where a phase begins. */
class SelectorRulesTest {
    private static final List<String> ALL = List.of("all");
    private static final ModelConfig MODEL = HuggingFaceConfig.parse("encoder",
            "{\"model_type\":\"bert\",\"vocab_size\":128,\"hidden_size\":32,\"num_hidden_layers\":3,\"num_attention_heads\":4,\"intermediate_size\":64,\"max_position_embeddings\":128,\"type_vocab_size\":2}");
    private static final Recipe COLUMNS = Recipe.defaults().with(new RandomSupport(Unit.COLUMNS, Amount.of(4), 0, ALL));

    private static Recipe estimate(MagnitudeSupport s, boolean inPlace) {
        return Recipe.defaults().with(s).with(new GradientChoice.TwoPointEstimate(1e-3, 1, inPlace)).with(new ActivationsChoice.ForwardOnly())
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(1e-3, 0, OptimizerChoice.Schedule.Shape.CONSTANT)));
    }

    private static void refuses(Recipe r, String... words) {
        assertThatThrownBy(() -> Validator.require(r, MODEL)).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(words);
    }

    @Test
    void codesDoNotTrainInPlace() {
        refuses(COLUMNS.with(WeightsChoice.NormalFloat.nf4(true)), "frozen codes", "RandomSupport", "AdapterOnly");
    }

    @Test
    void aPredicateGoesWithEstimatesOnTheFlyAndWithoutAdapters() {
        MagnitudeSupport predicate = new MagnitudeSupport(Pick.PREDICATE, Amount.share(0.5), ALL);
        assertThatCode(() -> Validator.require(estimate(predicate, false), MODEL)).doesNotThrowAnyException();
        refuses(Recipe.defaults().with(predicate), "PREDICATE", "Backprop", "use SMALLEST");
        refuses(estimate(predicate, true), "PREDICATE", "in place", "inPlace false");
        refuses(estimate(predicate, false).with(new AdapterChoice.LowRank(2, 2, 0, ALL)).with(predicate), "PREDICATE", "LowRank", "use no adapter");
    }

    @Test
    void stateInBlocksOrFactorsDoesNotMoveWithElements() {
        OptimizerChoice moving = OptimizerChoice.adamW(1e-3).with(new OptimizerChoice.RemapSupport());
        refuses(COLUMNS.with(moving.with(new OptimizerChoice.Dynamic8State(256, 4096))), "Dynamic8State", "RemapSupport", "Float32State");
        refuses(COLUMNS.with(moving.with(OptimizerChoice.HostState.offloaded())), "HostState", "RemapSupport");
        refuses(COLUMNS.with(OptimizerChoice.adamW(1e-3).with(new OptimizerChoice.LowRank(OptimizerChoice.LowRank.Law.SVD, 4, 10, 1, false))), "LowRankSubspace", "RandomSupport");
    }

    @Test
    void amountsAndThresholdsOutOfRangeAreNamed() {
        refuses(Recipe.defaults().with(new RandomSupport(Unit.ROWS, Amount.share(1.5), 0, ALL)), "RandomSupport", "share in (0, 1]");
        refuses(Recipe.defaults().with(new MagnitudeSupport(Pick.BELOW, null, 0, ALL)), "BELOW", "threshold above 0");
        refuses(Recipe.defaults().with(new MagnitudeSupport(Pick.TOP_PER_ROW, Amount.of(2), List.of("all", "head"))), "TOP_PER_ROW", "for PREDICATE");
    }

    @Test
    void aPhaseMustHoldByItself() {
        RunChoice.Phase bad = RunChoice.Phase.steps("tune", 5).with(new MagnitudeSupport(Pick.PREDICATE, Amount.share(0.5), ALL));
        refuses(COLUMNS.with(new RunChoice.Phases(List.of(bad, RunChoice.Phase.steps("rest", 0)), List.of())), "phase tune", "PREDICATE");
        refuses(COLUMNS.with(new RunChoice.Phases(List.of(RunChoice.Phase.share("a", 0.7), RunChoice.Phase.share("b", 0.7), RunChoice.Phase.steps("c", 0)), List.of())), "phase b", "at most 1");
        RunChoice.Phase other = RunChoice.Phase.steps("sgd", 0).with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(1, 0, OptimizerChoice.Schedule.Shape.CONSTANT)));
        refuses(COLUMNS.with(new RunChoice.Phases(List.of(RunChoice.Phase.steps("adam", 5), other), List.of())), "phase sgd", "takes over optimizer state", "hand off MODEL");
    }

    @Test
    void gradientsAreMeasuredBeforeTheyAreChosenBy() {
        MagnitudeSupport scored = new MagnitudeSupport(Pick.LARGEST, Amount.share(0.1), ALL).by(MagnitudeSupport.Score.GRADIENT);
        RunChoice.Phases prepared = RunChoice.Phases.after(new RunChoice.GradientScores(2));
        Recipe r = Recipe.defaults().with(scored).with(prepared);
        assertThatCode(() -> Validator.require(r, MODEL)).doesNotThrowAnyException();
        assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        refuses(Recipe.defaults().with(scored), "by gradients", "prepare the run with GradientScores");
        refuses(COLUMNS.with(prepared), "GradientScores", "prepare nothing");
        refuses(Recipe.defaults().with(scored).with(RunChoice.Phases.after(new RunChoice.GradientScores(0))), "0 batches");
    }

    @Test
    void everyChoiceSurvivesJson() {
        for (Recipe r : List.of(COLUMNS, Recipe.defaults().with(new MagnitudeSupport(Pick.BELOW, null, 0.5, ALL)),
                COLUMNS.with(new RunChoice.Phases(List.of(RunChoice.Phase.share("one", 0.25).with(RunChoice.DataOrder.RESTART).with(OptimizerChoice.adamW(1e-3)),
                        RunChoice.Phase.steps("two", 0).with(new MagnitudeSupport(Pick.SMALLEST, Amount.share(0.5), ALL)).with(RunChoice.HandOff.MODEL)),
                        List.of(new RunChoice.Every(RunChoice.Clock.STEP, 7, RunChoice.Action.SELECT_AGAIN)))))) {
            assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        }
    }

    @Test
    void aRecipeOfOnePhaseIsReadAsItWasWritten() {
        String old = Recipe.defaults().toJson();
        assertThat(old).contains("\"SinglePhase\"", "\"AllParameters\"");
        assertThat(Recipe.fromJson(old)).isEqualTo(Recipe.defaults());
    }

    @Test
    void phasesByShareAndByStepsFollowOneAnother() {
        Course c = new Course(COLUMNS.with(new RunChoice.Phases(List.of(RunChoice.Phase.share("a", 0.25), RunChoice.Phase.steps("b", 3), RunChoice.Phase.steps("c", 0)),
                List.of(new RunChoice.Every(RunChoice.Clock.PHASE_STEP, 2, RunChoice.Action.RESET_OPTIMIZER)))), 12);
        assertThat(c.legs()).extracting(Course.Leg::name, Course.Leg::from, Course.Leg::to)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("a", 0L, 3L), org.assertj.core.groups.Tuple.tuple("b", 3L, 6L), org.assertj.core.groups.Tuple.tuple("c", 6L, 12L));
        assertThat(c.at(100).name()).isEqualTo("c");
        assertThat(List.of(0, 1, 2, 3, 4, 5, 6, 7).stream().filter(s -> !c.after(s).isEmpty())).containsExactly(1, 4, 7);
    }
}
