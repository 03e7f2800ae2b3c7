package headroom.engine.recipe.optimizer;

import static headroom.engine.recipe.optimizer.Steps.model;
import static headroom.engine.recipe.optimizer.Steps.run;
import static headroom.engine.recipe.optimizer.Steps.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DType;
import headroom.engine.memory.BudgetExceededException;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.OptimizerChoice.AdamW;
import headroom.engine.recipe.OptimizerChoice.Dynamic8State;
import headroom.engine.recipe.OptimizerChoice.HostState;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.tape.Parameter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** State that rests on the host: it steps as on the device, is booked where it is, and on both sides while it moves. */
class HostStateTest {
    private static final OptimizerChoice ADAM = Steps.constant(0.01, AdamW.standard(0.1));

    @Test
    void offloadedStateStepsBitForBitAsStateOnTheDeviceAndLeavesItByExactlyItsBytes() {
        for (DType type : List.of(DType.F32, DType.BF16)) {
            for (OptimizerChoice.Residence residence : List.of(HostState.offloaded(), new HostState(0, true))) {
                try (Steps device = model(ADAM, type); Steps host = model(ADAM.with(residence), type)) {
                    run(device, 0, 4);
                    run(host, 0, 4);
                    same(device, host);
                    long state = device.ledger.total(Category.OPTIMIZER);
                    long elements = 20 * 33 + 40 * 12 + 50 * 12 + 33;
                    assertThat(state).isEqualTo((type == DType.BF16 ? 12 : 8) * elements);
                    assertThat(device.ledger.total() - host.ledger.total()).isEqualTo(state);
                    assertThat(host.ledger.total(Tier.HOST, Category.OPTIMIZER)).isEqualTo(state);
                    assertThat(host.ledger.total(Tier.HOST)).as("nothing else stays on the host").isEqualTo(state);
                }
            }
        }
    }

    @Test
    void whatMovesBetweenTiersIsBookedInBothWhileItDoes() {
        try (Steps s = model(ADAM.with(new HostState(0, true)), DType.F32)) {
            run(s, 0, 1);
            long[] most = new long[2];
            s.ledger.watch((ledger, account, opened) -> {
                most[0] = Math.max(most[0], ledger.total(Category.OPTIMIZER));
                most[1] = Math.max(most[1], ledger.total(Category.OPTIMIZER) + ledger.total(Tier.HOST, Category.OPTIMIZER));
            });
            long state = s.ledger.total(Tier.HOST);
            run(s, 1, 2);
            assertThat(most[0]).as("the state of one parameter visits the device").isEqualTo(8 * 20 * 33);
            assertThat(most[1]).as("one moment at a time exists twice").isEqualTo(state + 4 * 20 * 33);
        }
    }

    /** A budget is about the device, where pages have to come. */
    @Test
    void aPageThatFindsNoRoomFailsTheStepAndLeavesNothingBehind() {
        for (OptimizerChoice.StateCodec codec : List.of(new OptimizerChoice.Float32State(), new Dynamic8State(64, 0))) {
            Steps s = model(ADAM.with(new HostState(0, true)).with(codec), DType.F32);
            run(s, 0, 1);
            // room for all gradients, and for one of two moments of the first matrix beside them
            s.ledger.setBudget(s.ledger.total() + 12_000);
            assertThatThrownBy(() -> run(s, 1, 2)).isInstanceOf(BudgetExceededException.class);
            assertThat(s.ledger.op()).isEqualTo("optimizer step");
            s.close();
            assertThat(s.ledger.openAccounts()).isZero();
        }
    }

    @Test
    void pagesHoldLargeParametersOnly() {
        try (Steps s = new Steps(ADAM.with(HostState.pages()))) {
            s.add("large", Parameter.Role.MATRIX, DType.F32, i -> 1, 100, 1000);
            s.add("small", Parameter.Role.MATRIX, DType.F32, i -> 1, 100, 999);
            s.step(Map.of("large", i -> 1, "small", i -> 1));
            assertThat(s.ledger.total(Tier.HOST)).isEqualTo(800_000);
            assertThat(s.ledger.total(Category.OPTIMIZER)).isEqualTo(8 * 99_900);
        }
    }
}
