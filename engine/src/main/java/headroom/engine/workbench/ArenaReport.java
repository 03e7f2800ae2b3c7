package headroom.engine.workbench;

import headroom.engine.memory.Arena;
import headroom.engine.memory.ArenaPlan;
import java.util.List;
import java.util.Locale;

/**
 * The one storage in which everything lies that passes within a step.
 *
 * @param bytes its size
 * @param lowerBound the least that any placement could take
 * @param adoptedShare share of the passing bytes that libtorch allocates itself, 0 to 1
 * @param adopted the largest of those, by kernel and owner; empty in a plan
 */
public record ArenaReport(long bytes, long lowerBound, double adoptedShare, List<Adopted> adopted) {
    private static final int NAMED = 5;

    /** Bytes that libtorch allocated for the results of a kernel on behalf of an owner, over the whole run. */
    public record Adopted(String kernel, String owner, long bytes) {}

    public ArenaReport {
        adopted = List.copyOf(adopted);
    }

    static ArenaReport of(ArenaPlan plan) {
        return new ArenaReport(plan.bytes(), plan.lowerBound(), plan.adoptedShare(), List.of());
    }

    static ArenaReport of(Arena.Use use) {
        return new ArenaReport(use.bytes(), use.lowerBound(), use.adoptedShare(),
                use.largest().stream().limit(NAMED).map(a -> new Adopted(a.kernel(), a.owner(), a.bytes())).toList());
    }

    /** {@code What passes in a step lies in one arena of 610 MiB, the least there can be; libtorch allocates 0.0 % of it itself.}. */
    public String words() {
        final double above = lowerBound == 0 ? 0 : 100.0 * (bytes - lowerBound) / lowerBound;
        return String.format(Locale.ROOT, "What passes in a step lies in one arena of %s, %s; libtorch allocates %.1f %% of it itself.", Sizes.text(bytes),
                above < 0.05 ? "the least there can be" : String.format(Locale.ROOT, "%.1f %% more than the least there can be", above), 100 * adoptedShare);
    }
}
