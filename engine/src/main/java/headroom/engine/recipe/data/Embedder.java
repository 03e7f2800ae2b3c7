package headroom.engine.recipe.data;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.HeadKernels;
import headroom.engine.model.Model;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;

/** What a row is about, as a vector: the mean of a model's final hidden states over the row's tokens, without padding, of length 1. An untaped pass. */
public record Embedder(Compute compute, Model model) {
    /** One vector [d] for each row of a batch of one text per row; zeros on a dry machine. */
    public float[][] of(DeviceBatch batch) {
        compute.ledger().during("embed", "");
        Value hidden = model.hidden(Pass.untaped(compute), StackDriver.PLAIN, batch.inputs());
        String before = compute.within("selection");
        try (Tensor mean = compute.call(HeadKernels.MEAN_POOL, hidden.tensor(), batch.inputs().lengths(), batch.inputs().length())) {
            float[] all = compute.floats(mean);
            int d = (int) mean.dim(1);
            float[][] out = new float[(int) batch.inputs().batch()][d];
            for (int i = 0; i < out.length; i++) {
                System.arraycopy(all, i * d, out[i], 0, d);
                normalise(out[i]);
            }
            return out;
        } finally {
            compute.within(before);
            hidden.release();
        }
    }

    private static void normalise(float[] x) {
        double squares = 0;
        for (float v : x) {
            squares += (double) v * v;
        }
        double norm = Math.sqrt(squares);
        for (int j = 0; j < x.length && norm > 0; j++) {
            x[j] = (float) (x[j] / norm);
        }
    }
}
