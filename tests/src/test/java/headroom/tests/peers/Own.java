package headroom.tests.peers;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Ledger;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.data.DeviceBatch;
import java.util.List;

/** Headroom's own step: what a run of the product does for a batch, from its upload on. */
public final class Own implements TrainingStep {
    private final Workload w;
    private final Batch.Shape shape;
    private final Ledger ledger = new Ledger();
    private final TorchCompute compute;
    private final Assembly assembly;
    private final ArenaPlan arena;

    /** @param placed true lays what passes within a step into an arena, as runs do; false leaves it to the allocator */
    public Own(Workload w, boolean placed) {
        this.w = w;
        shape = new Batch.Shape(w.rows(), w.length());
        // as in a run, places are found before the model is loaded
        arena = placed ? Rehearsal.arena(w.recipe(), maker(w), w.task(), Workload.SEED, Workload.STEPS, List.of(new Rehearsal.Occasion(0, true, shape), new Rehearsal.Occasion(1, true, shape))) : null;
        compute = TorchCompute.cpu(ledger);
        try {
            assembly = assemble(compute, w, w.recipe());
            if (placed) {
                compute.reserve(arena);
            }
        } catch (RuntimeException e) {
            compute.close();
            throw e;
        }
    }

    /** The model of a workload from its seed, put together by a recipe. */
    static Assembly assemble(TorchCompute compute, Workload w, Recipe recipe) {
        return new Assembly(compute, recipe, maker(w), w.task(), Workload.SEED, Workload.STEPS);
    }

    private static Assembly.ModelMaker maker(Workload w) {
        return (c, dtype, storage) -> Transformers.build(w.config(), new RandomWeights(c, dtype, storage, w.config(), Workload.SEED), 0);
    }

    @Override
    public double run(long number) {
        compute.enter(assembly.kind(number, shape));
        ledger.during("batch", "");
        DeviceBatch batch = DeviceBatch.upload(compute, w.rows(), w.length(), w.perToken(), w::ids, w::lengths, w::targets, w::coefficients);
        double loss = assembly.step(number, List.of(batch)).loss();
        batch.close();
        compute.leave();
        return loss;
    }

    @Override
    public Booked booked() {
        return arena == null ? new Booked(ledger.peak().bytes(), 0, 0, 0)
                : new Booked(ledger.peak().bytes(), arena.bytes(), arena.bytes() + arena.outside(), compute.arenaUse().orElseThrow().adoptedShare());
    }

    @Override
    public void close() {
        assembly.close();
        compute.close();
    }
}
