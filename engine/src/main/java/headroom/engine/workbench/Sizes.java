package headroom.engine.workbench;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures in the sentences that the engine side writes. */
final class Sizes {
    private Sizes() {}

    /** GiB with two decimals, MiB below a tenth of one. */
    static String text(long bytes) {
        final double gib = bytes / (double) (1L << 30);
        return Math.abs(gib) >= 0.1 ? String.format(Locale.ROOT, "%.2f GiB", gib) : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20));
    }

    /** {@code loss 0.312, accuracy 91.2 %}. */
    static String metrics(Map<String, Double> metrics) {
        return metrics.entrySet().stream().map(m -> m.getKey().equals("accuracy") ? String.format(Locale.ROOT, "accuracy %.1f %%", m.getValue() * 100)
                : String.format(Locale.ROOT, "%s %.3f", m.getKey(), m.getValue())).collect(Collectors.joining(", "));
    }
}
