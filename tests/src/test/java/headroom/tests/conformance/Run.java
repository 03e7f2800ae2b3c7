package headroom.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.model.LinearSite;
import headroom.engine.plan.Occasions;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.TensorMemory;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import headroom.engine.train.Checkpoint;
import headroom.engine.train.Control;
import headroom.engine.train.RunListener;
import headroom.engine.train.TinyTask;
import headroom.engine.train.Trainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * A training run on the real machine and everything about it that the suite asks for.
 *
 * @param counts elements that trained in each step, task head aside
 * @param occasions batches as they came, with the shapes that the data decided
 * @param trained paths of the parameters that trained in at least one step
 * @param before checksum of every parameter and stored weight as a run finds it, by path
 * @param after the same when the run has ended
 * @param left what the ledger still held after everything was closed
 */
record Run(List<Double> losses, List<Long> counts, Map<Long, Map<String, Double>> evaluations, List<Rehearsal.Occasion> occasions, List<Path> checkpoints, Ledger.Peak peak,
        Set<String> trained, Map<String, Long> before, Map<String, Long> after, long left) {

    static final long SEED = 11;

    /**
     * How far a run goes.
     *
     * @param steps of the whole run
     * @param stopAfter steps after which it is told to stop; beyond {@code steps} for never
     * @param checkpoints folder, or null
     * @param from checkpoint to go on from, or null
     */
    record Way(int steps, int stopAfter, Path checkpoints, Path from) {
        static Way whole(int steps) {
            return new Way(steps, Integer.MAX_VALUE, null, null);
        }
    }

    static Run of(TinyTask task, Recipe recipe, Way way) throws IOException, InterruptedException {
        Ledger ledger = new Ledger();
        Heard heard = new Heard(way.stopAfter());
        Ledger.Peak peak;
        Map<String, Long> after;
        try (TorchCompute compute = TorchCompute.cpu(ledger); Assembly assembly = assembly(compute, task, recipe, way.steps())) {
            heard.assembly = assembly;
            BatchSource data = task.batches(recipe, SEED);
            if (recipe.memory() == TensorMemory.ARENA) {
                compute.reserve(Rehearsal.arena(recipe, task.maker(), task.task(), SEED, way.steps(), Occasions.of(data, recipe, way.steps())));
            }
            Trainer trainer = new Trainer(assembly, data, new Trainer.Extent(way.steps(), way.steps() / 2, 0, way.checkpoints()), heard.control, heard);
            if (way.from() != null) {
                try (Checkpoint.Opened opened = Checkpoint.open(way.from())) {
                    trainer.restore(opened);
                }
            }
            if (trainer.run() == Trainer.End.FINISHED) {
                for (Batch b : data.heldOut()) {
                    heard.occasions.add(new Rehearsal.Occasion(way.steps(), false, b.shape()));
                }
            }
            assertThat(ledger.total(Category.GRADIENTS)).as("gradients left after the last step").isZero();
            assertThat(ledger.total(Category.ACTIVATIONS)).as("activations left after the last step").isZero();
            peak = ledger.peak();
            after = checksums(assembly);
        }
        return new Run(heard.losses, heard.counts, heard.evaluations, heard.occasions, heard.checkpoints, peak, heard.trained, fresh(task, recipe, way.steps()), after,
                ledger.total() + ledger.openAccounts());
    }

    /** What a dry run of the same program came to, given the shapes that the data decided. */
    Ledger.Peak planned(TinyTask task, Recipe recipe, int steps) {
        return Rehearsal.peakOf(recipe, task.maker(), task.task(), SEED, steps, occasions);
    }

    private static Assembly assembly(Compute compute, TinyTask task, Recipe recipe, int steps) {
        return new Assembly(compute, recipe, task.maker(), task.task(), SEED, steps);
    }

    /** Everything is drawn from keys, so a second assembly holds what the first began with; taken apart from the run, whose ledger must see nothing of it. */
    private static Map<String, Long> fresh(TinyTask task, Recipe recipe, int steps) {
        try (TorchCompute compute = TorchCompute.cpu(new Ledger()); Assembly assembly = assembly(compute, task, recipe, steps)) {
            return checksums(assembly);
        }
    }

    private static Map<String, Long> checksums(Assembly assembly) {
        Map<String, Long> sums = new LinkedHashMap<>();
        for (Parameter p : assembly.parameters()) {
            sums.put(p.path(), checksum(assembly.compute(), p.data()));
        }
        for (LinearSite site : assembly.model().sites()) {
            // a store of codes is no parameter: what it decodes to must not move either
            if (site.weight().parameters().isEmpty()) {
                try (Tensor decoded = site.weight().rows(assembly.compute(), 0, site.out())) {
                    sums.put(site.path() + " as stored", checksum(assembly.compute(), decoded));
                }
            }
        }
        return sums;
    }

    private static long checksum(Compute compute, Tensor tensor) {
        CRC32C sum = new CRC32C();
        ByteBuffer bytes = compute.download(tensor);
        sum.update(bytes);
        return sum.getValue();
    }

    /** Listens and remembers. */
    private static final class Heard implements RunListener {
        private final int stopAfter;
        private final Control control = new Control();
        private final List<Double> losses = new ArrayList<>();
        private final List<Long> counts = new ArrayList<>();
        private final Map<Long, Map<String, Double>> evaluations = new LinkedHashMap<>();
        private final List<Rehearsal.Occasion> occasions = new ArrayList<>();
        private final List<Path> checkpoints = new ArrayList<>();
        private final Set<String> trained = new TreeSet<>();
        private Assembly assembly;

        private Heard(int stopAfter) {
            this.stopAfter = stopAfter;
        }

        @Override
        public void started(long fromStep, long toStep) {
            assertThat(fromStep).isLessThan(toStep);
        }

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            occasions.add(new Rehearsal.Occasion(step.step() - 1, true, step.shape()));
            Trainables now = assembly.trainables(step.step() - 1);
            now.parameters().forEach(p -> trained.add(p.path()));
            long head = assembly.head() == null ? 0 : assembly.head().parameters().stream().filter(now::trains).mapToLong(Parameter::elements).sum();
            counts.add(now.elements() - head);
            if (losses.size() == stopAfter) {
                control.stop();
            }
        }

        @Override
        public void evaluated(long step, Map<String, Double> metrics, double seconds) {
            evaluations.put(step, metrics);
        }

        @Override
        public void checkpointed(long step, Checkpoint.Written written, double seconds) {
            checkpoints.add(written.folder());
        }

        @Override
        public void paused(long step) {
            // nobody pauses these runs
        }

        @Override
        public void resumed(long step) {
            // nobody pauses these runs
        }
    }
}
