package headroom.app.component;

import java.util.Locale;

/**
 * Numbers as people read them here: GiB with two decimals below 10 and one above, MiB below 0.1 GiB, a thin space before units, commas
 * for thousands, a true minus, times as {@code 6:35}. What is unknown (NaN) is an en dash.
 */
public final class Units {
    public static final String THIN = "\u2009";
    public static final String MINUS = "\u2212";
    public static final String NONE = "\u2013";
    public static final long MIB = 1L << 20;
    public static final long GIB = 1L << 30;
    private static final long SMALL = GIB / 10;

    private Units() {}

    /** {@code 4.30 GiB}, {@code 12.6 GiB}. */
    public static String gib(long bytes) {
        return gibNumber(bytes) + THIN + "GiB";
    }

    /** {@link #gib} without its unit, for tables and axes that name it once. */
    public static String gibNumber(long bytes) {
        final double value = bytes / (double) GIB;
        return decimals(value, Math.abs(value) < 9.995 ? 2 : 1);
    }

    /** {@code 1,536 MiB}. */
    public static String mib(long bytes) {
        return mibNumber(bytes) + THIN + "MiB";
    }

    public static String mibNumber(long bytes) {
        return decimals(bytes / (double) MIB, 0);
    }

    /** GiB where that says enough; below 0.1 GiB MiB, below 0.1 MiB KiB, and single bytes below that. */
    public static String memory(long bytes) {
        final long size = Math.abs(bytes);
        if (size >= SMALL) {
            return gib(bytes);
        }
        if (size >= MIB / 10) {
            return decimals(bytes / (double) MIB, 1) + THIN + "MiB";
        }
        return size >= 1024 ? decimals(bytes / 1024.0, 0) + THIN + "KiB" : bytes(bytes);
    }

    /** A bare number with about four significant digits: {@code 13.28}, {@code 159,907,840}, {@code 0.3}. */
    public static String figure(double value) {
        final double size = Math.abs(value);
        final int digits = value == Math.rint(value) || size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
        return decimals(value, digits);
    }

    /** A relative difference in per cent with its sign: {@code −0.94 %}; without one where it rounds to zero. */
    public static String share(double difference) {
        final double shown = Math.rint(1e4 * difference) / 100;
        return (shown > 0 ? "+" : "") + decimals(shown == 0 ? 0 : shown, 2) + THIN + "%";
    }

    /** Whole bytes, as residuals are given: {@code 0 B}, {@code −1,024 B}. */
    public static String bytes(long bytes) {
        return decimals(bytes, 0) + THIN + "B";
    }

    /** {@link #memory} with its sign always there: {@code −2.06 GiB}, {@code +12.0 MiB}. */
    public static String change(long bytes) {
        return (bytes > 0 ? "+" : "") + memory(bytes);
    }

    /** {@code 3.70 GiB free}, {@code 0.79 GiB over}. */
    public static String headroom(long freeBytes) {
        return memory(Math.abs(freeBytes)) + (freeBytes < 0 ? " over" : " free");
    }

    /** {@code 6:35}, {@code 1:06:35}. */
    public static String clock(double seconds) {
        if (!Double.isFinite(seconds)) {
            return NONE;
        }
        final long whole = Math.round(seconds);
        final String tail = String.format(Locale.ROOT, "%02d", whole % 60);
        return whole < 3600 ? whole / 60 + ":" + tail : whole / 3600 + ":" + String.format(Locale.ROOT, "%02d", whole / 60 % 60) + ":" + tail;
    }

    /** {@code 363 ms}, {@code 1.90 s}, {@code 12.3 s}, and a clock from a minute on. */
    public static String duration(double seconds) {
        if (!Double.isFinite(seconds)) {
            return NONE;
        }
        final double size = Math.abs(seconds);
        if (size < 0.9995) {
            return decimals(seconds * 1000, size < 0.00995 ? 1 : 0) + THIN + "ms";
        }
        return size < 59.95 ? decimals(seconds, size < 9.995 ? 2 : 1) + THIN + "s" : clock(seconds);
    }

    /** {@code 7,473}. */
    public static String count(long value) {
        return decimals(value, 0);
    }

    /** Three figures with a scale: {@code 1.24 B}, {@code 22.7 M}, {@code 384}. */
    public static String amount(double value) {
        final double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return NONE;
        }
        return size >= 999.5e9 ? three(value / 1e12) + THIN + "T" : size >= 999.5e6 ? three(value / 1e9) + THIN + "B"
                : size >= 999.5e3 ? three(value / 1e6) + THIN + "M" : size >= 99_950 ? three(value / 1e3) + THIN + "k" : count(Math.round(value));
    }

    /** A share of one: {@code 31 %}. */
    public static String percent(double share) {
        return percent(share, 0);
    }

    public static String percent(double share, int places) {
        return Double.isFinite(share) ? decimals(share * 100, places) + THIN + "%" : NONE;
    }

    /** A change of time: {@code + 27 % time}, {@code − 38 % time}, {@code no change}. */
    public static String extraTime(double share) {
        final long percent = Math.round(share * 100);
        return percent == 0 ? "no change" : (percent < 0 ? MINUS : "+") + THIN + Math.abs(percent) + THIN + "% time";
    }

    /** {@code × 1.31}. */
    public static String factor(double value) {
        return "×" + THIN + decimals(value, 2);
    }

    /** {@code ± 0.24}, in GiB or MiB as {@link #memory} chooses. */
    public static String band(long bytes) {
        return "±" + THIN + memory(bytes);
    }

    /** Three decimals. */
    public static String loss(double value) {
        return Double.isFinite(value) ? decimals(value, 3) : NONE;
    }

    /** A metric by its name: accuracies and other shares as {@code 94.1 %}, everything else with three decimals. */
    public static String metric(String name, double value) {
        return name.contains("accuracy") || name.equals("f1") ? percent(value, 1) : name.equals("perplexity") ? decimals(value, 2) : loss(value);
    }

    /** Fixed decimals, thousands parted by commas, a true minus, never a negative zero. */
    public static String decimals(double value, int places) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        final String text = String.format(Locale.ROOT, "%,." + places + "f", Math.abs(value));
        return value < 0 && text.chars().anyMatch(c -> c >= '1' && c <= '9') ? MINUS + text : text;
    }

    private static String three(double value) {
        final double size = Math.abs(value);
        return decimals(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
    }
}
