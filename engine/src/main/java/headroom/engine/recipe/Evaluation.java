package headroom.engine.recipe;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.data.Batch;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Pass;
import headroom.engine.tape.stack.StackDriver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Scores the held-out batches: mean loss over targets; accuracy for classes, perplexity for text. */
public final class Evaluation {
    private Evaluation() {}

    /**
     * @param stop asked between batches; true ends the evaluation early
     * @return metrics by name, or an empty map if it was stopped or there is nothing to score
     */
    public static Map<String, Double> of(Assembly a, List<Batch> heldOut, BooleanSupplier stop) {
        double loss = 0;
        double right = 0;
        long targets = 0;
        for (Batch b : heldOut) {
            if (stop.getAsBoolean()) {
                return Map.of();
            }
            targets += b.targets();
            a.compute().enter(StepKind.evaluation(b.shape()));
            try {
                for (DeviceBatch d : BatchUpload.of(a.compute(), b, 1, a.objective().perToken())) {
                    try (d) {
                        double[] score = score(a, d);
                        loss += score[0] * b.targets();
                        right += score[1];
                    }
                }
            } finally {
                a.compute().leave();
            }
        }
        if (targets == 0) {
            return Map.of();
        }
        Map<String, Double> out = new LinkedHashMap<>();
        out.put("loss", loss / targets);
        out.put("accuracy", right / targets);
        if (a.objective().perToken()) {
            out.put("perplexity", Math.exp(loss / targets));
        }
        return out;
    }

    /** Mean loss and number right of one batch; books what an evaluation books, also on a dry machine. */
    public static double[] score(Assembly a, DeviceBatch d) {
        Compute c = a.compute();
        c.ledger().during("evaluate", "");
        Objective.Score score = a.objective().score(Pass.untaped(c), StackDriver.PLAIN, d);
        try (Tensor losses = score.losses(); Tensor weighted = c.call(ElementwiseKernels.MUL, losses, d.coefficients()); Tensor sum = c.call(LossKernels.SUM, weighted)) {
            return new double[] {c.item(sum), score.right()};
        }
    }
}
