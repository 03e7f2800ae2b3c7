package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DType;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.stack.ReversibleStack;
import org.junit.jupiter.api.Test;

class ActivationsChoiceTest {
    private static String stored(String activations) {
        String now = Recipe.defaults().toJson();
        int from = now.indexOf("\"activations\"");
        return now.substring(0, from) + "\"activations\" : " + activations + ",\n  " + now.substring(now.indexOf("\"optimizer\""));
    }

    @Test
    void recipesStoredBeforeThereWasAChoiceOfLossKeepTheirMeaning() {
        assertThat(Recipe.fromJson(stored("{\"kind\":\"KeepNeeded\"}"))).isEqualTo(Recipe.defaults());
        assertThat(Recipe.fromJson(stored("{\"kind\":\"BlockCheckpoint\",\"every\":3}")).activations()).isEqualTo(new ActivationsChoice.BlockCheckpoint(3));
        assertThat(Recipe.fromJson(stored("{\"kind\":\"ForwardOnly\"}")).activations()).isEqualTo(new ActivationsChoice.ForwardOnly());
        assertThat(new ActivationsChoice.BlockCheckpoint(3).loss()).isEqualTo(new ActivationsChoice.WholeLoss());
    }

    @Test
    void everyChoiceComesBackFromJson() {
        for (ActivationsChoice a : new ActivationsChoice[] {new ActivationsChoice.KeepNeeded(), new ActivationsChoice.BlockCheckpoint(2).with(ActivationsChoice.SegmentedLoss.AUTOMATIC),
                new ActivationsChoice.KeepNeeded(SavesChoice.CodedSaves.of(new SavesChoice.Groups(4, 64))), new ActivationsChoice.KeepNeeded(SavesChoice.HostSaves.STANDARD),
                new ActivationsChoice.KeepNeeded(SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.LINEAR_INPUT), new SavesChoice.SampledRows(0.25))),
                new ActivationsChoice.BlockCheckpoint(1, 5, SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.ATTENTION), new SavesChoice.Float8(DType.F8_E4M3, 16)), new ActivationsChoice.WholeLoss()),
                new ActivationsChoice.ForwardOnly(new ActivationsChoice.SegmentedLoss(64)), new ActivationsChoice.UntapedBlocks(SavesChoice.HostSaves.STANDARD, new ActivationsChoice.SegmentedLoss(7)),
                new ActivationsChoice.ReversibleStreams(ReversibleStack.Wiring.HALVES, 0.1, 0.2, 2).with(new ActivationsChoice.SegmentedLoss(7))}) {
            Recipe r = Recipe.defaults().with(a);
            assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        }
    }

    @Test
    void whatMustBeExactIsNotCoded() {
        Recipe r = Recipe.defaults().with(new ActivationsChoice.KeepNeeded(SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.STATISTICS), new SavesChoice.Groups(3, 64))));
        assertThatThrownBy(() -> Validator.require(r, headroom.engine.model.ModelShapes.find("gpt2").orElseThrow().config())).hasMessage(
                "CodedSaves of role STATISTICS: what the loss reads and statistics of norms and attention must be exact; code LINEAR_INPUT, NONLINEAR, ATTENTION or BLOCK_INPUT; "
                        + "and saves in codes of 3 bits in groups of 64; use 2, 4 or 8 bits and a multiple of 8.");
    }

    @Test
    void rowsAreSampledWhereASumOverThemIsWanted() {
        Recipe r = Recipe.defaults().with(new ActivationsChoice.KeepNeeded(SavesChoice.CodedSaves.of(java.util.Set.of(Keeper.Role.ATTENTION), new SavesChoice.SampledRows(1.5))));
        assertThatThrownBy(() -> Validator.require(r, headroom.engine.model.ModelShapes.find("gpt2").orElseThrow().config())).hasMessage(
                "SampledRows of role ATTENTION: only the weight gradient of a linear layer is right on average from some of its rows; sample LINEAR_INPUT, and code the other roles; "
                        + "and SampledRows that keep a share of 1.5 of the rows; use more than 0 and less than 1.");
    }

    @Test
    void dataStoredBeforeOrderAndPackingAreShuffledRowsOfOneText() {
        String now = Recipe.defaults().toJson();
        int from = now.indexOf("\"data\"");
        String then = now.substring(0, from) + "\"data\" : {\"batch\":32,\"accumulate\":1,\"length\":128},\n  " + now.substring(now.indexOf("\"run\""));
        assertThat(Recipe.fromJson(then)).isEqualTo(Recipe.defaults());
        Recipe packed = Recipe.defaults().with(new DataChoice(4, 2, 64).packed(true).with(headroom.engine.data.BatchOrder.FILE));
        assertThat(Recipe.fromJson(packed.toJson())).isEqualTo(packed);
    }
}
