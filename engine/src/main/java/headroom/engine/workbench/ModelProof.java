package headroom.engine.workbench;

import headroom.engine.data.Dataset;
import headroom.engine.data.Example;
import headroom.engine.data.TokenBlocks;
import headroom.engine.data.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** Holds two models against each other on rows that were never trained on. */
final class ModelProof {
    private static final int ROWS = 50;

    private final RunModels.Found found;
    private final Dataset data;

    ModelProof(RunModels.Found found, Dataset data) {
        this.found = found;
        this.data = data;
    }

    ExportReport.Proof of(String claim, TunedModel trained, TunedModel read, double bound) {
        double largest = 0;
        final List<Example> rows = data.heldOut().stream().limit(ROWS).toList();
        try (Tokenizer tokenizer = found.tokenizer()) {
            for (final Example row : rows) {
                largest = Math.max(largest, difference(logits(trained, row, tokenizer), logits(read, row, tokenizer)));
            }
        }
        return new ExportReport.Proof(claim, largest, bound, rows.size());
    }

    private float[] logits(TunedModel model, Example row, Tokenizer tokenizer) {
        final int longest = found.recipe().data().length();
        if (data.labels().isEmpty()) {
            final int[] tokens = TokenBlocks.document(row.text(), tokenizer);
            return model.continuations(Arrays.copyOf(tokens, Math.min(tokens.length, longest)));
        }
        return model.classify(row.text(), tokenizer, longest);
    }

    private static double difference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
