package headroom.engine.recipe.data;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.recipe.Objective;
import headroom.engine.recipe.SubsetSelection.Score;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.SegmentedCrossEntropy;
import headroom.engine.tape.stack.StackDriver;

/**
 * What a model makes of each row of a batch, without a tape: the mean over its targets of their cross-entropy, or of the entropy of what the model expects there. Logits exist
 * for some positions at a time.
 */
public record ExampleScores(Compute compute, Objective objective, Score score) {
    /** Means [B] over the units of each row that have a target, NaN for a row without one; on a dry machine they mean nothing. */
    public double[] of(DeviceBatch batch) {
        compute.ledger().during("score", "");
        Pass pass = Pass.untaped(compute);
        Value features = objective.features(pass, StackDriver.PLAIN, batch);
        int units = Math.toIntExact(batch.units());
        float[] each = new float[units];
        try {
            long rows = SegmentedCrossEntropy.automaticRows(units, objective.site().in(), objective.site().out());
            for (int from = 0; from < units; from += (int) rows) {
                int to = (int) Math.min(units, from + rows);
                Value logits = objective.site().forward(pass, pass.constant(features.tensor().rows(from, to)).last());
                String before = compute.within("selection");
                try (Tensor targets = batch.targets().rows(from, to);
                        Tensor of = score == Score.ENTROPY ? compute.call(LossKernels.ENTROPY_ROWS, logits.tensor()) : compute.call(LossKernels.CROSS_ENTROPY, logits.tensor(), targets)) {
                    System.arraycopy(compute.floats(of), 0, each, from, to - from);
                } finally {
                    compute.within(before);
                    logits.release();
                }
            }
        } finally {
            features.release();
        }
        return means(each, compute.floats(batch.coefficients()), Math.toIntExact(batch.inputs().batch()));
    }

    private static double[] means(float[] each, float[] coefficients, int rows) {
        double[] out = new double[rows];
        int wide = each.length / rows;
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            int targets = 0;
            for (int j = i * wide; j < (i + 1) * wide; j++) {
                if (coefficients[j] > 0) {
                    sum += each[j];
                    targets++;
                }
            }
            out[i] = targets == 0 ? Double.NaN : sum / targets;
        }
        return out;
    }
}
