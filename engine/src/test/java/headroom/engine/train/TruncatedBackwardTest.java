package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The backward pass ends at the lowest thing that trains, and nothing below it is kept: one block at a time from the bottom to the top of a model. */
class TruncatedBackwardTest {
    private static final int BLOCKS = 3;

    private static Recipe oneBlock() {
        return Recipe.defaults().with(new DataChoice(16, 1, 32)).with(new SelectorChoice.LayerwiseSampling(1, 1, false, SelectorChoice.LayerwiseSampling.Order.ASCENDING)).with(OptimizerChoice.adamW(1e-3).droppingOnFreeze());
    }

    private static TinyTask task(String model) {
        return model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
    }

    /** What one step in which block {@code b} trains keeps and computes by owner: most bytes of activations, kernel calls, floating-point operations of the blocks. */
    private record Step(long activations, long calls, Map<String, long[]> flops) {}

    private static Step step(Compute c, Ledger ledger, TinyTask t, int b) {
        try (Assembly a = new Assembly(c, oneBlock(), t.maker(), t.task(), 11, 6)) {
            Batch.Shape shape = t.batches(16, 32, 11).worst();
            long[] most = new long[2];
            ledger.watch((l, account, opened) -> {
                long all = 0;
                long below = 0;
                for (Account x : l.accounts()) {
                    if (x.category() == Category.ACTIVATIONS) {
                        all += x.bytes();
                        below += below(a, x, b) ? x.bytes() : 0;
                    }
                }
                most[0] = Math.max(most[0], all);
                most[1] = Math.max(most[1], below);
            });
            long calls = c.calls();
            Map<String, long[]> flops = c.meterOwners();
            List<DeviceBatch> micro = c.isDry() ? BatchUpload.shaped(c, shape, 1, a.objective().perToken()) : BatchUpload.of(c, t.batches(16, 32, 11).next(), 1, a.objective().perToken());
            a.step(b, micro);
            micro.forEach(DeviceBatch::close);
            assertThat(most[1]).as("bytes kept below block %d", b).isZero();
            return new Step(most[0], c.calls() - calls, new HashMap<>(flops));
        }
    }

    private static boolean below(Assembly a, Account x, int b) {
        for (int i = 0; i < b; i++) {
            if (x.owner().startsWith(a.model().blocks().get(i) + ".") || x.owner().equals(a.model().blocks().get(i))) {
                return true;
            }
        }
        return x.owner().startsWith("embeddings");
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "decoder"})
    void nothingBelowTheLowestTrainedBlockIsKeptOrComputedBackward(String model) {
        TinyTask t = task(model);
        Step[] steps = new Step[BLOCKS];
        for (int b = 0; b < BLOCKS; b++) {
            Ledger ledger = new Ledger();
            try (DryCompute c = new DryCompute(ledger)) {
                steps[b] = step(c, ledger, t, b);
            }
        }
        for (int b = 1; b < BLOCKS; b++) {
            assertThat(steps[b].activations()).isLessThan(steps[b - 1].activations());
            assertThat(steps[b].calls()).isLessThan(steps[b - 1].calls());
        }
        // a block below does its forward pass and no more: as many operations as in the step in which only the topmost trains
        String lowest = t.config().family().isEncoder() ? "encoder.0" : "decoder.0";
        assertThat(of(steps[1], lowest)).isEqualTo(of(steps[2], lowest)).isPositive();
        assertThat(of(steps[0], lowest)).isGreaterThan(2 * of(steps[1], lowest));
    }

    private static long of(Step s, String block) {
        return s.flops().entrySet().stream().filter(e -> e.getKey().startsWith(block + ".") || e.getKey().equals(block)).mapToLong(e -> e.getValue()[0]).sum();
    }

    @Test
    void onTheRealMachineTooNothingBelowIsKept() {
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            assertThat(step(c, ledger, TinyTask.decoder(), 2).activations()).isPositive();
        }
        assertThat(ledger.total()).isZero();
    }
}
