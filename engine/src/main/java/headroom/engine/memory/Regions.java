package headroom.engine.memory;

import java.util.Arrays;

/** Which bytes of a storage are taken: regions in order of their offset, none touching another's bytes. Small and quick: it is asked before every kernel call. */
final class Regions {
    private long[] begins = new long[256];
    private long[] ends = new long[256];
    private int n;
    private long taken;

    /** Bytes that are taken. */
    long taken() {
        return taken;
    }

    /** Takes a region if all of it is free. */
    boolean take(long begin, long end) {
        int at = after(begin);
        if (at > 0 && ends[at - 1] > begin || at < n && begins[at] < end) {
            return false;
        }
        insert(at, begin, end);
        return true;
    }

    /**
     * Takes the smallest gap that holds so many bytes.
     *
     * @param limit end of the storage
     * @return where, or -1 if no gap does
     */
    long fit(long bytes, long limit) {
        long free = 0;
        int best = -1;
        long gap = Long.MAX_VALUE;
        for (int i = 0; i <= n; i++) {
            long hole = (i < n ? begins[i] : limit) - free;
            if (hole >= bytes && hole < gap) {
                best = i;
                gap = hole;
            }
            free = i < n ? ends[i] : free;
        }
        if (best < 0) {
            return -1;
        }
        long begin = best == 0 ? 0 : ends[best - 1];
        insert(best, begin, begin + bytes);
        return begin;
    }

    /** True if a region begins there. */
    boolean isTaken(long begin) {
        return Arrays.binarySearch(begins, 0, n, begin) >= 0;
    }

    /** @throws IllegalStateException if no region begins there */
    void release(long begin) {
        int at = Arrays.binarySearch(begins, 0, n, begin);
        if (at < 0) {
            throw new IllegalStateException("no region begins at byte " + begin);
        }
        taken -= ends[at] - begin;
        System.arraycopy(begins, at + 1, begins, at, n - at - 1);
        System.arraycopy(ends, at + 1, ends, at, n - at - 1);
        n--;
    }

    private int after(long begin) {
        int at = Arrays.binarySearch(begins, 0, n, begin);
        return at < 0 ? -at - 1 : at;
    }

    private void insert(int at, long begin, long end) {
        if (n == begins.length) {
            begins = Arrays.copyOf(begins, 2 * n);
            ends = Arrays.copyOf(ends, 2 * n);
        }
        System.arraycopy(begins, at, begins, at + 1, n - at);
        System.arraycopy(ends, at, ends, at + 1, n - at);
        begins[at] = begin;
        ends[at] = end;
        taken += end - begin;
        n++;
    }
}
