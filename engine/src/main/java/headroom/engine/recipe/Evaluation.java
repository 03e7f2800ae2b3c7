package headroom.engine.recipe;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.data.Batch;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Pass;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Scores the held-out batches: mean loss over targets; accuracy for classes, perplexity for text. Of several jobs each loss besides. */
public final class Evaluation {
    private Evaluation() {}

    /**
     * @param stop asked between batches; true ends the evaluation early
     * @return metrics by name, or an empty map if it was stopped or there is nothing to score
     */
    public static Map<String, Double> of(Assembly a, List<Batch> heldOut, BooleanSupplier stop) {
        List<String> jobs = a.adapter() == null ? List.of() : a.adapter().sets();
        double[] loss = new double[Math.max(1, jobs.size())];
        double[] right = new double[loss.length];
        long[] targets = new long[loss.length];
        for (Batch b : heldOut) {
            if (stop.getAsBoolean()) {
                return Map.of();
            }
            int job = b.jobs().isEmpty() ? 0 : ofOne(b);
            targets[job] += b.targets();
            a.compute().enter(StepKind.evaluation(b.shape()));
            try {
                for (DeviceBatch d : BatchUpload.of(a.compute(), b, 1, a.objective().perToken())) {
                    try (d) {
                        double[] score = score(a, d);
                        loss[job] += score[0] * b.targets();
                        right[job] += score[1];
                    }
                }
            } finally {
                a.compute().leave();
            }
        }
        long all = Arrays.stream(targets).sum();
        if (all == 0) {
            return Map.of();
        }
        Map<String, Double> out = new LinkedHashMap<>();
        out.put("loss", Arrays.stream(loss).sum() / all);
        out.put("accuracy", Arrays.stream(right).sum() / all);
        if (a.objective().perToken()) {
            out.put("perplexity", Math.exp(Arrays.stream(loss).sum() / all));
        }
        for (int i = 0; i < jobs.size(); i++) {
            if (targets[i] > 0) {
                out.put("loss of " + jobs.get(i), loss[i] / targets[i]);
            }
        }
        if (a.workers() != null) {
            out.put("MiB over links", a.workers().traffic() / (double) (1 << 20));
        }
        return out;
    }

    /** The job that a held-out batch belongs to: it has rows of one alone. */
    private static int ofOne(Batch b) {
        for (int i = 0; i < b.jobs().size(); i++) {
            if (b.jobs().get(i) == b.rows()) {
                return i;
            }
        }
        throw new IllegalArgumentException("a held-out batch of several jobs at once, " + b.jobs());
    }

    /** Mean loss and number right of one batch; books what an evaluation books, also on a dry machine. */
    public static double[] score(Assembly a, DeviceBatch d) {
        Compute c = a.compute();
        c.ledger().during("evaluate", "");
        Objective.Score score = a.objective().score(Pass.untaped(c), a.driver(), d);
        try (Tensor losses = score.losses(); Tensor weighted = c.call(ElementwiseKernels.MUL, losses, d.coefficients()); Tensor sum = c.call(LossKernels.SUM, weighted)) {
            return new double[] {c.item(sum), score.right()};
        }
    }
}
