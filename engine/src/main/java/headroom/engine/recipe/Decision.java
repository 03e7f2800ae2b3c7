package headroom.engine.recipe;

/**
 * A size that depends on data. A dry run assumes it, a run records what it became, and the plan is held against the recorded ones to the byte.
 *
 * @param name what was decided, e.g. {@code data.worst.length}
 * @param value the size
 * @param source why: {@code assumed: …} or {@code measured: …}
 */
public record Decision(String name, long value, String source) {
    /** True if a run has found it, so that a plan that assumed another size is better made again. */
    public boolean isMeasured() {
        return source.startsWith("measured");
    }

    /** For people: the value and what it is, without the name. */
    public String words() {
        return "%,d %s".formatted(value, source.substring(source.indexOf(": ") + 2));
    }
}
