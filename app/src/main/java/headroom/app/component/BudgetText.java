package headroom.app.component;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an amount of memory as people type it: {@code 8}, {@code 8 GiB}, {@code 512 MiB}, {@code 1.5g}. A bare number is GiB. */
public final class BudgetText {
    private static final Pattern AMOUNT = Pattern.compile("([0-9]+(?:[.,][0-9]+)?)\\s*(gib|gb|g|mib|mb|m|)");

    private BudgetText() {}

    /** @return bytes; empty where the text is no positive amount */
    public static OptionalLong parse(String text) {
        final Matcher matcher = AMOUNT.matcher(text.replace(Units.THIN, " ").strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        final long bytes = Math.round(Double.parseDouble(matcher.group(1).replace(',', '.')) * (matcher.group(2).startsWith("m") ? Units.MIB : Units.GIB));
        return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
    }
}
