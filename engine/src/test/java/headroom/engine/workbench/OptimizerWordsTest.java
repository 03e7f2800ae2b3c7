package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.recipe.OptimizerChoice;
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
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The optimizer slot in words for people: each part that is not at its default is said. */
class OptimizerWordsTest {
    private static final OptimizerChoice ADAM = OptimizerChoice.adamW(1e-3);

    private static void says(OptimizerChoice o, String words) {
        assertThat(OptimizerWords.of(o)).isEqualTo(words);
    }

    @Test
    void rulesAreNamedWithTheirState() {
        says(ADAM, "AdamW, state f32");
        says(ADAM.with(new Sgd(0)), "SGD, no state");
        says(ADAM.with(new Sgd(0.9, true, 0)), "SGD, Nesterov momentum 0.9, state f32");
        says(ADAM.with(Lion.standard(0)).with(Dynamic8State.standard()), "Lion, state 8 bit, blocks of 256");
        says(ADAM.with(Adafactor.standard(true)), "Adafactor, step bounded by 1/√t");
        says(ADAM.with(new ApolloScaling(AdamW.standard(0), true, 1.01)).with(new LowRank(LowRank.Law.RANDOM, 1, 200, 128, false)),
                "raw gradient scaled as a whole by AdamW on its sketch, state f32, in a random subspace of rank 1, renewed every 200 steps");
    }

    @Test
    void whatIsNotAtItsDefaultIsSaid() {
        says(ADAM.steppingInBackward(true), "AdamW, state f32, stepping in the backward pass, each tensor clipped by its own norm");
        says(ADAM.with(new Clip.Global(1, true)).steppingInBackward(true), "AdamW, state f32, stepping in the backward pass, the norm of all gradients found by a first one");
        says(ADAM.with(HostState.pages()), "AdamW, state f32, state paged to host memory from 100,000 elements");
        says(ADAM.with(HostState.offloaded()), "AdamW, state f32, state and step in host memory");
        says(ADAM.with(new DropOnFreeze(50)), "AdamW, state f32, dropped where a block freezes, begun again every 50 steps");
        says(ADAM.with(new ResetState(100, Set.of("b"), 10)), "AdamW, state f32, state begun again every 100 steps in b, rate rising over 10");
        says(ADAM.withGroup("b", Group.atRate(16)).withGroup("scales", new Group(1, false, new Clip.Value(0.5), 1e-8)),
                "AdamW, state f32, group b: rate × 16, group scales: no decay, clipped at 0.5, at least 1.0E-8");
    }
}
