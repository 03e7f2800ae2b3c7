package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DryCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.Ledger;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.plan.MemoryPlan;
import headroom.engine.plan.Planner;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointSearchTest {
    private static final int LAYERS = 9;
    private static final ModelConfig MODEL = HuggingFaceConfig.parse("decoder", """
            {"model_type":"llama","vocab_size":64,"hidden_size":32,"num_hidden_layers":9,"num_attention_heads":4,"intermediate_size":64,"max_position_embeddings":64}""");

    private static Assembly.ModelMaker maker() {
        return (c, dtype, storage) -> Transformers.build(MODEL, new RandomWeights(c, dtype, storage, MODEL, 3), 0);
    }

    private static Recipe recipe(ActivationsChoice a) {
        return Recipe.defaults().with(new DataChoice(8, 1, 64)).with(a);
    }

    private static MemoryPlan plan(ActivationsChoice a) {
        return Planner.plan(new Planner.Request(recipe(a), maker(), new Assembly.Task.LanguageModelling(), new Batch.Shape(8, 64), null, 1, 10));
    }

    private static long value(MemoryPlan p, String decision) {
        return p.decisions().stream().filter(d -> d.name().equals(decision)).findFirst().orElseThrow().value();
    }

    @Test
    void aBudgetIsKeptWithAsFewBlocksAsPossible() {
        long most = plan(new ActivationsChoice.KeepNeeded()).peak().bytes();
        long least = plan(new ActivationsChoice.BlockCheckpoint(1)).peak().bytes();
        assertThat(least).isLessThan(most / 2);
        long blocks = 0;
        long flops = 0;
        for (long budget = most; budget >= least; budget -= (most - least) / 4) {
            MemoryPlan p = plan(ActivationsChoice.BlockCheckpoint.within(budget));
            assertThat(p.peak().bytes()).isLessThanOrEqualTo(budget);
            assertThat(value(p, "activations.checkpoint.blocks")).isGreaterThanOrEqualTo(blocks);
            assertThat(p.flops()).isGreaterThanOrEqualTo(flops);
            blocks = value(p, "activations.checkpoint.blocks");
            flops = p.flops();
        }
        assertThat(value(plan(ActivationsChoice.BlockCheckpoint.within(most)), "activations.checkpoint.blocks")).isZero();
        assertThat(value(plan(ActivationsChoice.BlockCheckpoint.within(most - 1)), "activations.checkpoint.blocks")).isOne();
    }

    @Test
    void whereNothingFitsEveryBlockIsComputedAgain() {
        MemoryPlan p = plan(ActivationsChoice.BlockCheckpoint.within(1));
        assertThat(value(p, "activations.checkpoint.blocks")).isEqualTo(LAYERS);
        assertThat(p.decisions().getFirst().words()).startsWith("9 first blocks of 9 run again, the fewest for a budget of 1 bytes;");
    }

    @Test
    void zeroMakesAboutTheSquareRootOfSegments() {
        MemoryPlan p = plan(new ActivationsChoice.BlockCheckpoint(0));
        assertThat(value(p, "activations.checkpoint.every")).isEqualTo(3);
        assertThat(p.peak().bytes()).isEqualTo(plan(new ActivationsChoice.BlockCheckpoint(3)).peak().bytes());
    }

    /** Loss in segments: with the last block kept nothing is higher, and it runs once less. */
    @Test
    void theLastSegmentIsKeptWhereThePeakStaysTheSame() {
        ActivationsChoice.BlockCheckpoint choice = new ActivationsChoice.BlockCheckpoint(1).with(new ActivationsChoice.SegmentedLoss(64));
        MemoryPlan p = plan(choice);
        CheckpointSearch.Found found = new CheckpointSearch(recipe(choice), choice, maker(), new Assembly.Task.LanguageModelling(), 1, 10).among(MODEL);
        assertThat(found.stack().keepsLast()).isEqualTo(value(p, "activations.checkpoint.last") == 0);
        List<Long> peaks = List.of(peak(choice, found.stack().keepsLast()), peak(choice, !found.stack().keepsLast()));
        assertThat(peaks.getFirst()).isLessThanOrEqualTo(peaks.getLast());
        assertThat(found.stack().keepsLast()).isTrue();
    }

    private static long peak(ActivationsChoice choice, boolean keepsLast) {
        Ledger ledger = new Ledger();
        try (Assembly a = new Assembly(new DryCompute(ledger), recipe(choice), maker(), new Assembly.Task.LanguageModelling(), 1, 10,
                new headroom.engine.tape.stack.CheckpointedStack(1, Integer.MAX_VALUE, keepsLast))) {
            for (long step = 0; step < 2; step++) {
                var micro = headroom.engine.recipe.data.BatchUpload.shaped(a.compute(), new Batch.Shape(8, 64), 1, true);
                a.step(step, micro);
                micro.forEach(headroom.engine.recipe.data.DeviceBatch::close);
            }
        }
        return ledger.peak().bytes();
    }

    @Test
    void impossibleNumbersAreNamed() {
        assertThatThrownBy(() -> plan(new ActivationsChoice.BlockCheckpoint(-1))).hasMessageStartingWith("checkpoints every -1 blocks within 0 bytes;");
    }
}
