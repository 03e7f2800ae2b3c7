package headroom.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.data.Batch;
import headroom.engine.memory.Category;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SelectorChoice.Amount;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A run in phases is planned phase by phase, and the plan's peak is that of the highest. */
class PhasesPlanTest {
    private static final ModelConfig MODEL = HuggingFaceConfig.parse("decoder",
            "{\"model_type\":\"llama\",\"vocab_size\":128,\"hidden_size\":64,\"num_hidden_layers\":3,\"num_attention_heads\":4,\"intermediate_size\":128,\"max_position_embeddings\":64}");
    private static final Assembly.ModelMaker MAKER = (c, dtype, storage) -> Transformers.build(MODEL, new RandomWeights(c, dtype, storage, MODEL, 3), 0);
    private static final int STEPS = 20;

    private static Recipe recipe(List<RunChoice.Phase> phases) {
        return Recipe.defaults().with(new DataChoice(4, 1, 32)).with(OptimizerChoice.adamW(1e-3))
                .with(new SelectorChoice.RandomSupport(SelectorChoice.RandomSupport.Unit.COLUMNS, Amount.of(4), 0, List.of("all"))).with(new RunChoice.Phases(phases, List.of()));
    }

    private static MemoryPlan plan(Recipe r) {
        return Planner.plan(new Planner.Request(r, MAKER, new Assembly.Task.LanguageModelling(), shape(), shape(), 1, STEPS));
    }

    private static Batch.Shape shape() {
        return new Batch.Shape(4, 32);
    }

    @Test
    void theHighestPhaseIsThePeakAndEachIsNamed() {
        RunChoice.Phase narrow = RunChoice.Phase.share("narrow", 0.5);
        RunChoice.Phase wide = RunChoice.Phase.steps("wide", 0).with(new SelectorChoice.AllParameters()).with(RunChoice.HandOff.MODEL);
        MemoryPlan plan = plan(recipe(List.of(narrow, wide)));
        assertThat(plan.phases()).extracting(MemoryPlan.Phase::name).containsExactly("Load", "Train, first step", "Train, narrow", "Train, wide", "Evaluate");
        long first = plan.phases().get(2).bytes();
        long second = plan.phases().get(3).bytes();
        assertThat(second).isGreaterThan(first);
        assertThat(plan.peak().bytes()).isEqualTo(second);
        assertThat(plan.trained()).isEqualTo(MODEL.parameterCount());
        // the other way round the first phase is the highest, and the state of what leaves with it stays until it is dropped
        MemoryPlan turned = plan(recipe(List.of(RunChoice.Phase.share("wide", 0.5).with(new SelectorChoice.AllParameters()),
                RunChoice.Phase.steps("narrow", 0).with(recipe(List.of(narrow)).selector()).with(OptimizerChoice.adamW(1e-3).droppingOnFreeze()).with(RunChoice.HandOff.MODEL))));
        assertThat(turned.peak().bytes()).isEqualTo(turned.phases().get(2).bytes()).isGreaterThan(turned.phases().get(3).bytes());
    }

    @Test
    void thePlannedPeakIsThatOfEveryStepRehearsed() {
        Recipe r = recipe(List.of(RunChoice.Phase.steps("columns", 7), RunChoice.Phase.steps("entries", 6)
                .with(new SelectorChoice.MagnitudeSupport(SelectorChoice.MagnitudeSupport.Pick.SMALLEST, Amount.share(0.4), List.of("all"))), RunChoice.Phase.steps("rows", 0)
                .with(new SelectorChoice.RandomSupport(SelectorChoice.RandomSupport.Unit.ROWS, Amount.share(0.6), 3, List.of("all")))));
        List<Rehearsal.Occasion> all = LongStream.range(0, STEPS).mapToObj(s -> new Rehearsal.Occasion(s, true, shape())).toList();
        var every = Rehearsal.peakOf(r, MAKER, new Assembly.Task.LanguageModelling(), 1, STEPS, all);
        MemoryPlan plan = plan(r);
        assertThat(plan.peak().bytes()).isEqualTo(every.bytes());
        assertThat(plan.peak().of(Category.OPTIMIZER)).isPositive();
    }

    @Test
    void whatComesBeforeTheFirstStepIsAPhaseOfThePlan() {
        SelectorChoice.MagnitudeSupport scored = new SelectorChoice.MagnitudeSupport(SelectorChoice.MagnitudeSupport.Pick.LARGEST, Amount.share(0.05), List.of("all"))
                .by(SelectorChoice.MagnitudeSupport.Score.GRADIENT);
        MemoryPlan plan = plan(Recipe.defaults().with(new DataChoice(4, 1, 32)).with(OptimizerChoice.adamW(1e-3)).with(scored).with(RunChoice.Phases.after(new RunChoice.GradientScores(3))));
        assertThat(plan.phases()).extracting(MemoryPlan.Phase::name).containsExactly("Load", "Prepare", "Train, first step", "Train, worst batch", "Evaluate");
        // sums of the gradients of all matrices stand beside each other until the choice is made: more than a step of a twentieth of them takes
        assertThat(plan.phases().get(1).bytes()).isGreaterThan(plan.peak().bytes());
        assertThat(plan.highestBytes()).isEqualTo(plan.phases().get(1).bytes());
    }
}
