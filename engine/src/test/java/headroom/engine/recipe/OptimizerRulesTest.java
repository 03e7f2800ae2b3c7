package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.recipe.OptimizerChoice.AdamW;
import headroom.engine.recipe.OptimizerChoice.Adafactor;
import headroom.engine.recipe.OptimizerChoice.ApolloScaling;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.recipe.OptimizerChoice.DropOnFreeze;
import headroom.engine.recipe.OptimizerChoice.Dynamic8State;
import headroom.engine.recipe.OptimizerChoice.Group;
import headroom.engine.recipe.OptimizerChoice.HostState;
import headroom.engine.recipe.OptimizerChoice.Lion;
import headroom.engine.recipe.OptimizerChoice.LowRank;
import headroom.engine.recipe.OptimizerChoice.ResetState;
import headroom.engine.recipe.OptimizerChoice.Sgd;
import headroom.engine.recipe.OptimizerChoice.SignSgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the optimizer slot refuses, sentence by sentence, and that it refuses nothing else. */
class OptimizerRulesTest {
    private static final OptimizerChoice ADAM = OptimizerChoice.adamW(1e-3);
    private static final LowRank LOW = new LowRank(4, 10, 1);

    private static List<String> clashes(Recipe r) {
        List<String> all = new ArrayList<>();
        OptimizerRules.check(r, all);
        return all;
    }

    private static Recipe estimated(OptimizerChoice o) {
        return Recipe.defaults().with(new GradientChoice.TwoPointEstimate(1e-3, 1, false)).with(o);
    }

    static List<Arguments> refusals() {
        Recipe d = Recipe.defaults();
        return List.of(
                Arguments.of(d.with(ADAM.steppingInBackward(true)).with(new DataChoice(4, 2, 8)), "stepping in the backward pass and 2 accumulated micro-batches", "use accumulate 1"),
                Arguments.of(estimated(ADAM), "TwoPointEstimate has no gradient tensor for AdamW", "use Sgd"),
                Arguments.of(estimated(ADAM.with(new Sgd(0.9, false, 0))), "Sgd with momentum 0.9", "use momentum 0"),
                Arguments.of(estimated(ADAM.with(new Sgd(0)).with(LOW)), "TwoPointEstimate makes none", "use FullSpace"),
                Arguments.of(estimated(ADAM.with(new Sgd(0)).steppingInBackward(true)), "has no backward pass", "step at the boundary"),
                Arguments.of(d.with(ADAM.with(Adafactor.standard(false)).with(LOW)), "LowRankSubspace shrinks moments, and those of Adafactor are factored", "use AdamW, or FullSpace"),
                Arguments.of(d.with(ADAM.with(new SignSgd(0)).with(LOW)), "SignSgd has none", "use AdamW"),
                Arguments.of(d.with(ADAM.with(new Sgd(0)).with(LOW)), "Sgd has none", "use AdamW"),
                Arguments.of(d.with(ADAM.with(new ApolloScaling(AdamW.standard(0), false, 1.01))), "ApolloScaling reads a sketch of the gradient, and FullSpace makes none", "use a LowRankSubspace"),
                Arguments.of(d.with(ADAM.with(new ApolloScaling(AdamW.standard(0), false, 0.5)).with(LOW)), "growth bound of 0.5", "1.01"),
                Arguments.of(d.with(ADAM.with(new LowRank(0, 10, 1))), "rank 0", "at least 1"),
                Arguments.of(d.with(ADAM.with(Adafactor.standard(false)).with(Dynamic8State.standard())), "Dynamic8State codes moments in blocks, and those of Adafactor", "use Float32State"),
                Arguments.of(d.with(ADAM.with(new Dynamic8State(0, 4096))), "blocks of 0", "at least 1 element"),
                Arguments.of(d.with(ADAM.with(new Sgd(1, false, 0))), "momentum 1.0", "below 1"),
                Arguments.of(d.with(ADAM.with(new Sgd(0, true, 0))), "Nesterov steps and momentum 0", "set a momentum"),
                Arguments.of(d.with(ADAM.with(new AdamW(0.9, 1, 1e-8, false, 0))), "β₂ 1.0", "below 1"),
                Arguments.of(d.with(ADAM.with(new AdamW(0.9, 0.99, 1e-8, false, -1))), "weight decay -1.0", "use 0 or more"),
                Arguments.of(d.with(ADAM.with(new ResetState(0, Set.of(), 0))), "ResetState every 0", "every step"),
                Arguments.of(d.with(ADAM.with(new ResetState(10, Set.of(), 20))), "rising over 20", "before the next"),
                Arguments.of(d.with(ADAM.with(new DropOnFreeze(-1))), "every -1 steps", "0 for never"),
                Arguments.of(d.with(ADAM.with(new Clip.Value(-1))), "clipped at -1.0", "not be negative"),
                Arguments.of(d.with(ADAM.withGroup("b", new Group(1, true, new Clip.Global(1, false), null))), "group b clips by the norm of all gradients", "use Value or PerTensor"),
                Arguments.of(d.with(ADAM.withGroup("b", Group.atRate(-2))), "group b at -2.0 times the rate", "not be negative"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refusals")
    void aMixThatCannotWorkGetsASentence(Recipe r, String clash, String wayOut) {
        assertThat(clashes(r)).hasSize(1);
        assertThat(clashes(r).getFirst()).contains(clash).contains(wayOut);
    }

    @Test
    void theOtherPartsCombine() {
        for (OptimizerChoice.Rule rule : List.of(AdamW.standard(0.1), Lion.standard(0.1), new Sgd(0.9, true, 0))) {
            for (OptimizerChoice.Subspace space : List.of(new OptimizerChoice.FullSpace(), LOW)) {
                for (OptimizerChoice.StateCodec state : List.of(new OptimizerChoice.Float32State(), new OptimizerChoice.Bf16State(), Dynamic8State.standard())) {
                    for (OptimizerChoice.Residence residence : List.of(new OptimizerChoice.DeviceState(), HostState.offloaded(), HostState.pages())) {
                        OptimizerChoice o = ADAM.with(rule).with(space).with(state).with(residence).with(new DropOnFreeze(5)).steppingInBackward(true);
                        assertThat(clashes(Recipe.defaults().with(o))).isEmpty();
                    }
                }
            }
        }
    }
}
