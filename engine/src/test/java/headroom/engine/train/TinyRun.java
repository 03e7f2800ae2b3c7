package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Arena;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.plan.Occasions;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A run of a tiny task from end to end: what it lost, what it scored, what it took and what had been planned. */
record TinyRun(List<Double> losses, Map<String, Double> scores, Ledger.Peak measured, Ledger.Peak planned, Arena.Use use) {
    private static final long SEED = 11;

    static TinyRun of(TinyTask t, Recipe recipe, int steps) throws Exception {
        return of(t, recipe, steps, null);
    }

    /** The same, with what passes in its steps in one storage. */
    static TinyRun inArena(TinyTask t, Recipe recipe, int steps) throws Exception {
        List<Rehearsal.Occasion> occasions = Occasions.of(t.batches(recipe.data(), SEED), recipe, steps);
        return of(t, recipe, steps, Rehearsal.arena(recipe, t.maker(), t.task(), SEED, steps, occasions));
    }

    private static TinyRun of(TinyTask t, Recipe recipe, int steps, ArenaPlan arena) throws Exception {
        List<Double> losses = new ArrayList<>();
        List<Map<String, Double>> scores = new ArrayList<>();
        List<Rehearsal.Occasion> occasions = new ArrayList<>();
        Ledger ledger = new Ledger();
        RunListener listener = new RunListener() {
            @Override
            public void started(long fromStep, long toStep) {}

            @Override
            public void stepped(Step step) {
                losses.add(step.loss());
                occasions.add(new Rehearsal.Occasion(step.step() - 1, true, step.shape()));
            }

            @Override
            public void evaluated(long step, Map<String, Double> metrics, double seconds) {
                scores.add(metrics);
            }

            @Override
            public void checkpointed(long step, Checkpoint.Written written, double seconds) {}

            @Override
            public void paused(long step) {}

            @Override
            public void resumed(long step) {}
        };
        Arena.Use use;
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), SEED, steps)) {
            if (arena != null) {
                c.reserve(arena);
            }
            BatchSource data = t.batches(recipe, SEED);
            new Trainer(a, data, new Trainer.Extent(steps, 0, 0, (Path) null), new Control(), listener).run();
            for (Batch b : data.heldOut()) {
                occasions.add(new Rehearsal.Occasion(steps, false, b.shape()));
            }
            use = c.arenaUse().orElse(null);
            assertThat(ledger.total(Category.GRADIENTS)).isZero();
            assertThat(ledger.total(Category.ACTIVATIONS)).isZero();
        }
        assertThat(ledger.openAccounts()).isZero();
        return new TinyRun(losses, scores.getLast(), ledger.peak(), Rehearsal.peakOf(recipe, t.maker(), t.task(), SEED, steps, occasions), use);
    }

    /** Holds the plan against the measurement, to the byte. */
    TinyRun asPlanned() {
        assertThat(measured.bytes()).isEqualTo(planned.bytes());
        assertThat(measured.byCategory()).isEqualTo(planned.byCategory());
        return this;
    }
}
