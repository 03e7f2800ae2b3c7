package headroom.engine.recipe.run;

import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.gradient.MeasurePass;
import java.util.List;
import java.util.stream.LongStream;

/** Shows an adapter the gradients of the model on batches, one example at a time: the square of a sum over a batch is not the sum of squares. */
public record FisherPass(MeasurePass measure, Adapter adapter) {
    /** @param number of the batch, from 0 */
    void see(long number, List<DeviceBatch> microBatches) {
        List<DeviceBatch> examples = microBatches.stream().flatMap(b -> LongStream.range(0, b.inputs().batch()).mapToObj(b::row)).toList();
        try {
            measure.run(number, adapter.scores().observed(), adapter.scores(), examples);
        } finally {
            examples.forEach(DeviceBatch::close);
        }
    }
}
