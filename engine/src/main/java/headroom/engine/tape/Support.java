package headroom.engine.tape;

/** Which elements of a parameter train. Closed set; sparse supports join it when a method needs them. */
public sealed interface Support {
    /** Every element. */
    record All() implements Support {}

    /** Rows {@code from} to {@code to} (exclusive) of the first axis. */
    record Rows(long from, long to) implements Support {}

    Support ALL = new All();
}
