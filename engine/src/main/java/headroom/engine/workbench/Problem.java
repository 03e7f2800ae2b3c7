package headroom.engine.workbench;

import java.util.List;

/**
 * Something that went wrong, in the words of the house: what happened and with which value, what is safe, what to do.
 *
 * @param todo one entry per way out, best first
 * @param details for a report: a stack trace or a protocol; never shown first
 */
public record Problem(String what, String safe, List<String> todo, String details) {
    public Problem {
        todo = List.copyOf(todo);
    }

    public static Problem of(String what, String safe, String... todo) {
        return new Problem(what, safe, List.of(todo), "");
    }
}
