package headroom.engine.recipe;

import headroom.engine.data.Batch;

/**
 * What decides the bookings of a step: steps of one kind open the same accounts in the same order. A rehearsal needs one step of each, and the arena has places for each.
 *
 * @param training false for a batch of an evaluation
 * @param mark of the step, see {@link Assembly#mark}; 0 for an evaluation
 * @param shape of the batch
 */
public record StepKind(boolean training, long mark, Batch.Shape shape) {
    static StepKind evaluation(Batch.Shape shape) {
        return new StepKind(false, 0, shape);
    }
}
