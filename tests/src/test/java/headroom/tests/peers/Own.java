package headroom.tests.peers;

import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.data.DeviceBatch;
import java.util.List;

/** Headroom's own step: what a run of the product does between two batches. */
public final class Own implements TrainingStep {
    private final Ledger ledger = new Ledger();
    private final TorchCompute compute;
    private final Assembly assembly;
    private final List<DeviceBatch> batch;

    public Own(Workload w) {
        compute = TorchCompute.cpu(ledger);
        try {
            assembly = assemble(compute, w, w.recipe());
            batch = List.of(DeviceBatch.upload(compute, w.rows(), w.length(), w.perToken(), w::ids, w::lengths, w::targets, w::coefficients));
        } catch (RuntimeException e) {
            compute.close();
            throw e;
        }
    }

    /** The model of a workload from its seed, put together by a recipe. */
    static Assembly assemble(TorchCompute compute, Workload w, Recipe recipe) {
        return new Assembly(compute, recipe, (c, dtype, storage) -> Transformers.build(w.config(), new RandomWeights(c, dtype, storage, w.config(), Workload.SEED), 0), w.task(),
                Workload.SEED, Workload.STEPS);
    }

    @Override
    public double run(long number) {
        return assembly.step(number, batch).loss();
    }

    @Override
    public long ledgerPeak() {
        return ledger.peak().bytes();
    }

    @Override
    public void close() {
        batch.forEach(DeviceBatch::close);
        assembly.close();
        compute.close();
    }
}
