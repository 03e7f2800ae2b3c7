package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.recipe.ActivationsChoice.UntapedBlocks;
import headroom.engine.recipe.AdapterChoice.LadderNetwork;
import headroom.engine.recipe.AdapterChoice.LadderStart;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SideRulesTest {
    /** Twelve blocks, heads of 64. */
    private static final ModelConfig GPT2 = ModelShapes.find("gpt2").orElseThrow().config();
    private static final LadderNetwork SIDE = new LadderNetwork(8, 1, List.of(), LadderStart.PRUNED, 0);

    private static void require(Recipe r) {
        Validator.require(r, GPT2);
    }

    private static Recipe beside() {
        return Recipe.defaults().with(SIDE).with(new UntapedBlocks());
    }

    @Test
    void aNetworkBesideBlocksWithoutATapeIsAllowedOnAnyBase() {
        assertThatCode(() -> require(beside())).doesNotThrowAnyException();
        assertThatCode(() -> require(beside().with(WeightPresets.of("nf4")))).doesNotThrowAnyException();
        assertThatCode(() -> require(beside().with(new UntapedBlocks(SavesChoice.CodedSaves.of(new SavesChoice.Groups(8, 64)), null)))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"checkpointing=1, BlockCheckpoint", "reversible=3, ReversibleStreams"})
    void anotherWayToRunTheBlocksIsRefused(String setting, String activations) {
        String[] word = setting.split("=");
        assertThatThrownBy(() -> require(Methods.recipe("lst", Map.of(word[0], word[1])))).hasMessageContaining("adapter LadderNetwork climbs beside blocks that are run without a tape, and activations "
                + activations + " run them another way; use UntapedBlocks");
        assertThatThrownBy(() -> Methods.recipe("lst", Map.of("tokens", "0.5"))).hasMessageContaining("blocks without a tape both say how the blocks are run; use tokens=1");
    }

    @Test
    void nothingTrainsWhereNoBackwardPassComes() {
        assertThatThrownBy(() -> require(Recipe.defaults().with(new UntapedBlocks()))).hasMessage("activations UntapedBlocks have no backward pass through the blocks, and selector AllParameters would train"
                + " in them or before them; use AdapterOnly with an adapter that stands beside the blocks, or KeepNeeded.");
        assertThatThrownBy(() -> require(beside().with(new SelectorChoice.NamedParameters(List.of("norms"))))).hasMessageContaining("selector NamedParameters would train in them");
        assertThatThrownBy(() -> require(Recipe.defaults().with(new AdapterChoice.LowRank(8, 16, 0, List.of("q"))).with(new UntapedBlocks())))
                .hasMessageContaining("adapter LowRank stands in them or before them and would never train");
        assertThatThrownBy(() -> require(Recipe.defaults().with(new AdapterChoice.PromptTokens(4, AdapterChoice.FrontStart.NORMAL, List.of())).with(new UntapedBlocks())))
                .hasMessageContaining("adapter PromptTokens stands in them or before them");
    }

    @Test
    void estimatesHaveTheirOwnWayThroughTheBlocks() {
        assertThatThrownBy(() -> require(beside().with(new GradientChoice.SplitEstimate(2, 1e-3, 1, GradientChoice.SplitEstimate.Feed.BOTH)))).hasMessageContaining("use Backprop, or KeepNeeded");
        assertThatThrownBy(() -> require(beside().with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)))).hasMessageContaining("must be ForwardOnly, not UntapedBlocks");
    }

    @Test
    void aWidthThatHeadsCannotHaveIsRefusedWithThoseThatTheyCan() {
        assertThatThrownBy(() -> require(beside().with(new LadderNetwork(5, 1, List.of(), LadderStart.RANDOM, 0)))).hasMessageContaining("cannot be 5 times narrower").hasMessageContaining("use 2, 4, 8, 16, 32, 64");
        assertThatThrownBy(() -> require(beside().with(new LadderNetwork(8, 1, List.of(3, 12), LadderStart.RANDOM, 0)))).hasMessageContaining("reads blocks [3, 12], and the model has 12");
        assertThatThrownBy(() -> require(beside().with(new LadderNetwork(0, 1, List.of(), LadderStart.RANDOM, 0)))).hasMessageContaining("LadderNetwork by 0");
        Recipe cut = beside().with(new WeightsChoice.Cut(0.5, 0.5, List.of(), new WeightsChoice.Dense()));
        assertThatThrownBy(() -> require(cut)).hasMessageContaining("with start PRUNED cuts blocks of one width");
    }

    @Test
    void aCutBySquaredGradientsWantsThemMeasuredAndWeightsThatHaveThem() {
        Recipe measured = Methods.recipe("lst", Map.of("start", "fisher"));
        assertThatCode(() -> require(measured)).doesNotThrowAnyException();
        assertThat(Recipe.fromJson(measured.toJson())).isEqualTo(measured);
        assertThatThrownBy(() -> require(measured.with(new RunChoice.SinglePhase()))).hasMessageContaining("nothing measures squared gradients before the first step; prepare the run with FisherScores");
        assertThatThrownBy(() -> require(beside().with(RunChoice.Phases.after(new RunChoice.FisherScores(2))))).hasMessageContaining("run prepares FisherScores, and adapter LadderNetwork is not cut by them");
        assertThatThrownBy(() -> require(Methods.recipe("lst", Map.of("start", "fisher", "weights", "nf4")))).hasMessageContaining("weights nf4 have none; use start PRUNED, or DenseWeights");
        assertThatThrownBy(() -> require(Methods.recipe("lst", Map.of("start", "fisher", "pack", "true")))).hasMessageContaining("use start PRUNED, or pack false");
        assertThatThrownBy(() -> require(measured.with(RunChoice.Phases.after(new RunChoice.FisherScores(0))))).hasMessageContaining("a preparation on 0 batches");
    }

    @Test
    void tapsAreCountedFromTheLastBlock() {
        assertThat(SIDE.tapped(4)).containsExactly(0, 1, 2, 3);
        assertThat(new LadderNetwork(8, 2, List.of(), LadderStart.RANDOM, 0).tapped(5)).containsExactly(0, 2, 4);
        assertThat(new LadderNetwork(8, 2, List.of(), LadderStart.RANDOM, 0).tapped(24)).startsWith(1, 3).endsWith(21, 23).hasSize(12);
        assertThat(new LadderNetwork(8, 0, List.of(), LadderStart.RANDOM, 0).tapped(24)).containsExactly(23);
        assertThat(((LadderNetwork) Methods.recipe("lst", Map.of("taps", "3,1")).adapter()).tapped(24)).containsExactly(1, 3);
        assertThat(((LadderNetwork) Methods.recipe("lst", Map.of("taps", "second")).adapter()).tapped(4)).containsExactly(1, 3);
        assertThatThrownBy(() -> Methods.recipe("lst", Map.of("taps", "some"))).hasMessageContaining("expected all, second, last, or numbers of blocks from 0");
    }

    @Test
    void theRecipeComesBackFromJson() {
        for (Recipe r : List.of(beside(), Recipe.defaults().with(new LadderNetwork(4, 0, List.of(2, 1), LadderStart.RANDOM, 0.1)).with(new UntapedBlocks(SavesChoice.HostSaves.STANDARD, ActivationsChoice.SegmentedLoss.AUTOMATIC)))) {
            assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        }
    }
}
