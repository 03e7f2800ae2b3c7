package headroom.engine.data;

/**
 * Where a run stands in its data; with the seed it is all that a checkpoint must keep.
 *
 * @param epoch 0-based pass over the examples
 * @param position examples (or blocks) of this epoch already handed out
 */
public record Cursor(long epoch, int position) {
    public static final Cursor START = new Cursor(0, 0);

    public Cursor {
        if (epoch < 0 || position < 0) {
            throw new IllegalArgumentException("epoch " + epoch + ", position " + position + ": neither can be negative");
        }
    }
}
