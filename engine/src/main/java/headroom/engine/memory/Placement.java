package headroom.engine.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each of a step's tensors lies in one storage, given when each is born and dies: two that are alive together never overlap. Found offline by greedy placement in
 * several orders (by size, by size times life, by the load while alive, by birth), then by moving those that stick out to the front of the best order and trying again.
 * Source of the greedy orders: Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference (2020).
 *
 * @param lives what was placed
 * @param offsets byte offset of each, in the same order, multiples of {@link #ALIGNMENT}
 * @param bytes size of the storage: the highest end
 * @param lowerBound most bytes alive at once, each rounded up to the alignment: no placement can be smaller
 */
public record Placement(List<Life> lives, long[] offsets, long bytes, long lowerBound) {
    /** What libtorch aligns its own tensors to. */
    public static final long ALIGNMENT = 64;
    private static final int ROUNDS = 24;

    /**
     * A tensor's life, in events of a ledger.
     *
     * @param birth first event at which it is there
     * @param death first event at which it is gone; after {@code birth}
     */
    public record Life(long birth, long death, long bytes) {
        public Life {
            if (death <= birth || bytes < 0) {
                throw new IllegalArgumentException("a life from event " + birth + " to " + death + " of " + bytes + " bytes; expected an end after its beginning and no negative size");
            }
        }

        boolean meets(Life other) {
            return birth < other.death && other.birth < death;
        }

        long aligned() {
            return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        }
    }

    /** How much larger the storage is than it would have to be at least: 0.01 for one percent. */
    public double waste() {
        return lowerBound == 0 ? 0 : (double) (bytes - lowerBound) / lowerBound;
    }

    /** The smallest placement that the orders found. */
    public static Placement of(List<Life> lives) {
        return of(lives, 0);
    }

    /** The first placement found that takes no more than {@code enough}, or the smallest if none does. */
    public static Placement of(List<Life> lives, long enough) {
        List<Life> all = List.copyOf(lives);
        long bound = lowerBound(all);
        Comparator<Integer> bySize = Comparator.comparingLong((Integer i) -> -all.get(i).aligned());
        long[] load = load(all);
        List<Comparator<Integer>> orders = List.of(
                bySize.thenComparingLong(i -> all.get(i).birth() - all.get(i).death()),
                Comparator.comparingDouble((Integer i) -> -(double) all.get(i).aligned() * (all.get(i).death() - all.get(i).birth())),
                Comparator.comparingLong((Integer i) -> -load[i]).thenComparing(bySize),
                Comparator.comparingLong((Integer i) -> -load[i]).thenComparingLong(i -> all.get(i).birth() - all.get(i).death()),
                Comparator.comparingLong((Integer i) -> -load[i]).thenComparingLong(i -> all.get(i).birth()),
                Comparator.comparingLong((Integer i) -> all.get(i).birth() - all.get(i).death()).thenComparing(bySize),
                Comparator.comparingLong((Integer i) -> all.get(i).birth()));
        Placement best = null;
        Integer[] bestOrder = null;
        for (Comparator<Integer> order : orders) {
            Integer[] sorted = indices(all.size());
            Arrays.sort(sorted, order.thenComparing(Comparator.naturalOrder()));
            Placement p = greedy(all, sorted, bound);
            if (best == null || p.bytes < best.bytes) {
                best = p;
                bestOrder = sorted;
            }
            if (best.bytes <= Math.max(bound, enough)) {
                return best;
            }
        }
        return improved(best, bestOrder, enough);
    }

    /** Those that end above the lower bound are placed first, and again, as long as that is worth a round. */
    private static Placement improved(Placement start, Integer[] startOrder, long enough) {
        Placement best = start;
        Integer[] order = startOrder;
        Placement last = start;
        for (int round = 0; round < ROUNDS && best.bytes > Math.max(best.lowerBound, enough); round++) {
            List<Integer> out = new ArrayList<>();
            List<Integer> rest = new ArrayList<>();
            for (Integer i : order) {
                (last.offsets[i] + last.lives.get(i).aligned() > last.lowerBound ? out : rest).add(i);
            }
            out.addAll(rest);
            order = out.toArray(new Integer[0]);
            last = greedy(best.lives, order, best.lowerBound);
            if (last.bytes < best.bytes) {
                best = last;
            }
        }
        return best;
    }

    private static Integer[] indices(int n) {
        Integer[] all = new Integer[n];
        Arrays.setAll(all, i -> i);
        return all;
    }

    /** Places in the given order, each into the smallest gap that holds it, or on top of those it meets. */
    private static Placement greedy(List<Life> lives, Integer[] order, long bound) {
        long[] offsets = new long[lives.size()];
        // placed so far, by offset
        int[] placed = new int[lives.size()];
        int n = 0;
        long bytes = 0;
        for (Integer i : order) {
            Life life = lives.get(i);
            long size = life.aligned();
            long at = -1;
            long gap = Long.MAX_VALUE;
            long free = 0;
            for (int k = 0; k < n; k++) {
                Life other = lives.get(placed[k]);
                if (life.meets(other)) {
                    long hole = offsets[placed[k]] - free;
                    if (hole >= size && hole < gap) {
                        gap = hole;
                        at = free;
                    }
                    free = Math.max(free, offsets[placed[k]] + other.aligned());
                }
            }
            offsets[i] = at >= 0 ? at : free;
            int to = n;
            while (to > 0 && offsets[placed[to - 1]] > offsets[i]) {
                placed[to] = placed[to - 1];
                to--;
            }
            placed[to] = i;
            n++;
            bytes = Math.max(bytes, offsets[i] + size);
        }
        return new Placement(lives, offsets, bytes, bound);
    }

    /** The most bytes that are alive at once, each rounded up to the alignment. */
    static long lowerBound(List<Life> lives) {
        return Arrays.stream(load(lives)).max().orElse(0);
    }

    /** The most bytes that are alive at some moment of each life. */
    private static long[] load(List<Life> lives) {
        long[] moments = lives.stream().mapToLong(Life::birth).distinct().sorted().toArray();
        Map<Long, Integer> at = new HashMap<>();
        for (int i = 0; i < moments.length; i++) {
            at.put(moments[i], i);
        }
        // alive right after each birth
        long[] change = new long[moments.length + 1];
        int[] first = new int[lives.size()];
        int[] end = new int[lives.size()];
        for (int i = 0; i < lives.size(); i++) {
            first[i] = at.get(lives.get(i).birth());
            int e = Arrays.binarySearch(moments, lives.get(i).death());
            end[i] = e >= 0 ? e : -e - 1;
            change[first[i]] += lives.get(i).aligned();
            change[end[i]] -= lives.get(i).aligned();
        }
        long[] alive = new long[moments.length];
        long sum = 0;
        for (int i = 0; i < moments.length; i++) {
            sum += change[i];
            alive[i] = sum;
        }
        long[] load = new long[lives.size()];
        for (int i = 0; i < lives.size(); i++) {
            for (int k = first[i]; k < end[i]; k++) {
                load[i] = Math.max(load[i], alive[k]);
            }
        }
        return load;
    }
}
