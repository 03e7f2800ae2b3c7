package headroom.engine.workbench;

/**
 * What one layer holds at the peak of a planned step.
 *
 * @param layer the name in code ({@code embeddings}, {@code encoder.3}, {@code head})
 * @param trainedBytes of the parameters that train in it, adapters included
 * @param keptBytes saved by the forward pass for the backward pass
 * @param flops of forward and backward in one step
 */
public record LayerRow(
        String layer, long weightsBytes, long adapterBytes, long trainedBytes, long gradientsBytes, long optimizerBytes, long keptBytes,
        double flops) {}
