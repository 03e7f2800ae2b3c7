package headroom.engine.recipe;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.TaskHead;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.CrossEntropy;
import headroom.engine.tape.ops.SegmentedCrossEntropy;
import headroom.engine.tape.stack.QueryStack;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.List;

/**
 * What is minimised: pulls logits out of the model's hidden states, all at once or a segment at a time, and scores each unit. The batch's coefficients make one number of the
 * scores.
 */
public sealed interface Objective {
    /** What the head reads: one row for each unit [M, d]. */
    Value features(Pass pass, StackDriver driver, DeviceBatch batch);

    /** The head. */
    LinearSite site();

    ActivationsChoice.Loss form();

    /** True if every position has a target. */
    boolean perToken();

    /**
     * Losses of the units [M] (float32), owned by the caller, and how many units are right.
     *
     * @param right NaN on a dry machine
     */
    record Score(Tensor losses, double right) {}

    /** Logits [M, classes] of what the head reads, which is read for the last time if it is marked so. */
    default Value head(Pass pass, Value features) {
        return site().forward(pass, features);
    }

    /** A pass in which the rows of a batch of several jobs go through the adapter set of each. */
    private static Pass over(Pass pass, DeviceBatch batch) {
        return batch.sets() == null ? pass : pass.with(pass.adapters().with(batch.sets()));
    }

    /** Logits of the units [M, classes]. */
    default Value logits(Pass given, StackDriver driver, DeviceBatch batch) {
        Pass pass = over(given, batch);
        return head(pass, features(pass, driver, batch).last());
    }

    /** Loss of each unit [M] (float32). */
    default Value losses(Pass given, StackDriver driver, DeviceBatch batch) {
        Pass pass = over(given, batch);
        long rows = segment(batch.units());
        if (rows < batch.units()) {
            return segmented(pass, features(pass, driver, batch), segments(batch, rows, false));
        }
        Value l = logits(pass, driver, batch);
        String before = pass.compute().within("loss");
        Value losses = pass.apply(new CrossEntropy(batch.targets()), l.last());
        pass.compute().within(before);
        return losses;
    }

    /** Losses, and units that are right: what an evaluation asks for. */
    default Score score(Pass given, StackDriver driver, DeviceBatch batch) {
        Pass pass = over(given, batch);
        long rows = segment(batch.units());
        if (rows < batch.units()) {
            SegmentedCrossEntropy op = segments(batch, rows, true);
            return new Score(segmented(pass, features(pass, driver, batch), op).take(), op.right());
        }
        Compute c = pass.compute();
        Value logits = logits(pass, driver, batch);
        Tensor losses = c.call(LossKernels.CROSS_ENTROPY, logits.tensor(), batch.targets());
        try (Tensor counts = c.call(LossKernels.ACCURACY_COUNTS, logits.tensor(), batch.targets()); Tensor first = counts.rows(0, 1)) {
            return new Score(losses, c.item(first));
        } finally {
            logits.release();
        }
    }

    /** Rows whose logits exist at a time, of {@code units}; a segment that holds them all is the whole. */
    default long segment(long units) {
        return switch (form()) {
            case ActivationsChoice.WholeLoss w -> units;
            case ActivationsChoice.SegmentedLoss s -> s.rows() > 0 ? Math.min(units, s.rows()) : SegmentedCrossEntropy.automaticRows(units, site().in(), site().out());
        };
    }

    /**
     * @throws IllegalArgumentException if the head cannot do what the recipe asks of it
     */
    default void check() {
        if (form() instanceof ActivationsChoice.SegmentedLoss && !site().branches().isEmpty()) {
            throw new IllegalArgumentException("loss SegmentedLoss reads the head's own weight, and an adapter is attached to " + site().path()
                    + "; use WholeLoss, or leave the head out of the adapter's targets");
        }
    }

    private SegmentedCrossEntropy segments(DeviceBatch batch, long rows, boolean counting) {
        check();
        return new SegmentedCrossEntropy(site().weight(), site().bias(), batch.targets(), rows, counting);
    }

    private Value segmented(Pass pass, Value features, SegmentedCrossEntropy op) {
        String before = pass.compute().within(site().path());
        Value losses = pass.apply(op, features.last());
        pass.compute().within(before);
        return losses;
    }

    /** Class of each row, through a task head. */
    record LabelLoss(Model model, TaskHead head, ActivationsChoice.Loss form) implements Objective {
        @Override
        public void check() {
            if (form instanceof ActivationsChoice.SegmentedLoss && head.count() > 1) {
                throw new IllegalArgumentException("loss SegmentedLoss reads one head, and each of the " + head.count() + " jobs has its own; use WholeLoss");
            }
            Objective.super.check();
        }

        @Override
        public Value head(Pass pass, Value features) {
            return head.logits(pass, features);
        }

        @Override
        public Value features(Pass pass, StackDriver driver, DeviceBatch batch) {
            if (head.readsQueries()) {
                // queries read the blocks one after the other, so the blocks are run by what hands on what they read
                List<Value> rows = new ArrayList<>();
                Value hidden = model.hidden(pass, new QueryStack(rows::add), batch.inputs());
                return head.features(pass, hidden.last(), batch.inputs(), rows);
            }
            return head.features(pass, model.hidden(pass, driver, batch.inputs()).last(), batch.inputs());
        }

        @Override
        public LinearSite site() {
            return head.site();
        }

        @Override
        public boolean perToken() {
            return false;
        }
    }

    /** Next token of each position, through the language-model head. */
    record TokenLoss(Model model, ActivationsChoice.Loss form) implements Objective {
        @Override
        public Value features(Pass pass, StackDriver driver, DeviceBatch batch) {
            return model.hidden(pass, driver, batch.inputs());
        }

        @Override
        public LinearSite site() {
            return model.head();
        }

        @Override
        public boolean perToken() {
            return true;
        }
    }
}
