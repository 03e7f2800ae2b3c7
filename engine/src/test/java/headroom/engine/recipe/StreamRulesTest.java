package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.recipe.ActivationsChoice.ReversibleStreams;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.stack.ReversibleStack.Wiring;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamRulesTest {
    /** Twelve blocks. */
    private static final ModelConfig MODEL = ModelShapes.find("gpt2").orElseThrow().config();

    private static void require(Recipe r) {
        Validator.require(r, MODEL);
    }

    private static Recipe streams(Wiring wiring, double lambda, double beta, int every) {
        return Recipe.defaults().with(new ReversibleStreams(wiring, lambda, beta, every));
    }

    @ParameterizedTest
    @CsvSource({"LAYER_FIRST,0.1,1,3", "LAYER_SECOND,1,0.1,3", "HALVES,0.1,0.1,2", "LAYER_FIRST,0.5,1,0", "HALVES,1,1,0", "HALVES,0.5,0.5,6"})
    void whatFloat32CanCarryIsAllowed(Wiring wiring, double lambda, double beta, int every) {
        assertThatCode(() -> require(streams(wiring, lambda, beta, every))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"LAYER_FIRST,0.1,1,4,3", "LAYER_FIRST,0.1,1,0,3", "HALVES,0.1,0.1,3,2", "HALVES,0.5,0.5,7,6", "LAYER_SECOND,1,0.01,3,2"})
    void whatFloat32CannotCarryIsRefusedWithWhatItCan(Wiring wiring, double lambda, double beta, int every, int most) {
        assertThatThrownBy(() -> require(streams(wiring, lambda, beta, every))).hasMessageStartingWith("activations ReversibleStreams through " + (every == 0 ? 12 : every) + " blocks with λ " + lambda)
                .hasMessageContaining("keep a pair every " + most + " blocks or fewer");
    }

    @Test
    void factorsThatNothingComesBackThroughAreRefused() {
        assertThatThrownBy(() -> require(streams(Wiring.HALVES, 0, 1, 1))).hasMessageStartingWith("ReversibleStreams with λ 0.0 and β 1.0");
        assertThatThrownBy(() -> require(streams(Wiring.HALVES, 1e-6, 1, 1))).hasMessageContaining("use larger factors");
    }

    @Test
    void halfTheDigitsAndCodesOfTheStreamsAreRefused() {
        assertThatThrownBy(() -> require(streams(Wiring.HALVES, 1, 1, 0).with(ComputeType.BF16))).hasMessageContaining("use compute F32, or BlockCheckpoint");
        SavesChoice codes = SavesChoice.CodedSaves.of(new SavesChoice.Groups(8, 64));
        assertThatThrownBy(() -> require(Recipe.defaults().with(new ReversibleStreams(Wiring.HALVES, 1, 1, 0, codes, null)))).hasMessageContaining("CodedSaves of role BLOCK_INPUT");
        SavesChoice others = SavesChoice.CodedSaves.of(Set.of(Keeper.Role.LINEAR_INPUT), new SavesChoice.Groups(8, 64));
        assertThatCode(() -> require(Recipe.defaults().with(new ReversibleStreams(Wiring.HALVES, 1, 1, 0, others, null)))).doesNotThrowAnyException();
    }

    @Test
    void anEstimateHasNothingToComputeBack() {
        assertThatThrownBy(() -> require(streams(Wiring.HALVES, 1, 1, 0).with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)))).hasMessageContaining("must be ForwardOnly, not ReversibleStreams");
    }

    @Test
    void aNetworkOnASecondStreamWantsOne() {
        Recipe r = Recipe.defaults().with(new AdapterChoice.Bottleneck(4, AdapterChoice.Nonlinearity.RELU, true, true, 1, false, List.of("mlp", "stream")));
        assertThatThrownBy(() -> require(r)).hasMessageStartingWith("adapter Bottleneck at stream stands beside a block on the second of two streams, and activations KeepNeeded have no place for it");
        assertThatThrownBy(() -> require(r.with(new ReversibleStreams(Wiring.HALVES, 1, 1, 0)))).hasMessageContaining("ReversibleStreams of halves have no place for it");
        assertThatCode(() -> require(r.with(new ReversibleStreams(Wiring.LAYER_SECOND, 1, 1, 0)))).doesNotThrowAnyException();
    }

    @Test
    void checkpointsAndStreamsAreNotSetTogether() {
        assertThatThrownBy(() -> Methods.recipe("lora", Map.of("checkpointing", "1", "reversible", "1"))).hasMessageContaining("both say how the blocks are run");
        assertThatThrownBy(() -> Methods.recipe("lora", Map.of("reversible-every", "1"))).hasMessage("reversible-every belongs to reversible=1, 2 or 3, which is not set");
    }

    @Test
    void theSmallFactorGoesToTheStreamOfTheLayer() {
        assertThatCode(() -> require(Methods.recipe("meft", Map.of("compute", "f32")))).doesNotThrowAnyException();
        Map<String, double[]> factors = Map.of("1", new double[] {0.2, 1}, "2", new double[] {1, 0.2}, "3", new double[] {0.2, 0.2});
        factors.forEach((variant, both) -> {
            ReversibleStreams s = (ReversibleStreams) Methods.recipe("meft", Map.of("variant", variant, "reversible-factor", "0.2", "reversible-every", "1")).activations();
            assertThat(new double[] {s.lambda(), s.beta(), s.every()}).containsExactly(both[0], both[1], 1);
            ReversibleStreams other = (ReversibleStreams) Methods.recipe("lora", Map.of("reversible", variant, "reversible-factor", "0.2", "reversible-every", "1")).activations();
            assertThat(other).isEqualTo(s);
        });
    }

    @Test
    void whatItMeansIsToldOnce() {
        assertThat(Notes.of(Methods.recipe("meft", Map.of()))).anySatisfy(note -> assertThat(note)
                .contains("the result is no dense model", "with a relative error of about 6e-05 at most"));
        assertThat(Notes.of(Methods.recipe("lora", Map.of("tokens", "0.5")))).anySatisfy(note -> assertThat(note).contains("go by the evaluations"));
        assertThat(Notes.of(Methods.recipe("lora", Map.of()))).noneSatisfy(note -> assertThat(note).contains("streams"));
    }
}
