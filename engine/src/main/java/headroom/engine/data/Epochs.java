package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.util.Arrays;

/** The way through a dataset's rows, epoch after epoch: each in an order that seed and epoch alone decide, so that a saved cursor goes on with the rows that would have come. */
final class Epochs {
    private final String what;
    private final String changed;
    private final BatchOrder how;
    private final int[] sizes;
    private final int batch;
    private final long seed;
    private Cursor cursor = Cursor.START;
    private int[] order;

    /**
     * @param what the rows are called, in the key of the order: {@code examples}, {@code rows}, {@code blocks}
     * @param changed what a cursor beyond the last row tells
     * @param sizes of the rows in tokens; their number is that of the rows
     * @param batch rows at a time
     */
    Epochs(String what, String changed, BatchOrder how, int[] sizes, int batch, long seed) {
        this.what = what;
        this.changed = changed;
        this.how = how;
        this.sizes = sizes;
        this.batch = batch;
        this.seed = seed;
        this.order = order(0);
    }

    private int[] order(long epoch) {
        return how.of(sizes, batch, Keys.key(seed, "shuffle", what, epoch));
    }

    /** Numbers of the next rows; at the end of an epoch there may be fewer. */
    int[] next() {
        int from = cursor.position();
        int to = Math.min(from + batch, sizes.length);
        int[] rows = Arrays.copyOfRange(order, from, to);
        if (to == sizes.length) {
            seek(new Cursor(cursor.epoch() + 1, 0));
        } else {
            cursor = new Cursor(cursor.epoch(), to);
        }
        return rows;
    }

    Cursor cursor() {
        return cursor;
    }

    void seek(Cursor to) {
        if (to.position() >= sizes.length) {
            throw new IllegalArgumentException("position " + to.position() + " lies outside the " + sizes.length + " " + changed + " since it was saved");
        }
        if (to.epoch() != cursor.epoch()) {
            order = order(to.epoch());
        }
        cursor = to;
    }

    /** Goes to where it is after so many batches from the beginning. */
    void seekBatch(long number) {
        seek(new Cursor(number / batches(), (int) (number % batches()) * batch));
    }

    /** Batches of one epoch. */
    int batches() {
        return Math.ceilDiv(sizes.length, batch);
    }
}
