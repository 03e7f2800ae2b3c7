package headroom.app.cli;

import java.util.Locale;

/** Numbers as the house writes them: GiB and MiB, times in seconds or as a clock, loss with three decimals. */
final class Figures {
    private static final double MIB = 1L << 20;
    private static final double GIB = 1L << 30;

    private Figures() {}

    /** GiB with two decimals below 10 and one above; MiB below 0.1 GiB, KiB below 0.1 MiB. */
    static String bytes(long bytes) {
        final double size = Math.abs((double) bytes);
        if (size >= 0.1 * GIB) {
            return text(size >= 10 * GIB ? "%,.1f GiB" : "%.2f GiB", bytes / GIB);
        }
        if (size >= 0.1 * MIB) {
            return text(size >= 10 * MIB ? "%.0f MiB" : "%.1f MiB", bytes / MIB);
        }
        return size >= 1024 ? text("%.0f KiB", bytes / 1024.0) : bytes + " B";
    }

    /** {@code 363 ms}, {@code 1.90 s}, {@code 6:35}, {@code 1:06:35}. */
    static String time(double seconds) {
        if (Double.isNaN(seconds)) {
            return "-";
        }
        if (seconds < 1) {
            return text("%.0f ms", seconds * 1000);
        }
        if (seconds < 60) {
            return text("%.2f s", seconds);
        }
        final long s = Math.round(seconds);
        return s < 3600 ? text("%d:%02d", s / 60, s % 60) : text("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }

    /** {@code 22.7 M}, {@code 6.74 B}. */
    static String count(double n) {
        return n >= 1e12 ? text("%.2f T", n / 1e12) : n >= 1e9 ? text("%.2f B", n / 1e9)
                : n >= 1e6 ? text("%.1f M", n / 1e6) : text("%,.0f", n);
    }

    /** {@code 1.25 TFLOP}. */
    static String flops(double n) {
        return n >= 1e15 ? text("%.2f PFLOP", n / 1e15) : n >= 1e12 ? text("%.2f TFLOP", n / 1e12) : text("%.2f GFLOP", n / 1e9);
    }

    static String loss(double loss) {
        return Double.isNaN(loss) ? "-" : text("%.3f", loss);
    }

    /** Shares as per cent with one decimal, everything else with three decimals. */
    static String metric(String name, double value) {
        return name.contains("accuracy") || name.contains("f1") ? text("%.1f %%", value * 100) : loss(value);
    }

    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
