package headroom.engine.memory;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The places of a run's storage while it runs. A tensor gets the place that its step planned for it if that is free right now, else the smallest gap that holds it; so what is
 * right never depends on the plan, only how well the room is used. What finds no room, or cannot be made where it is told, libtorch allocates: it is adopted, and counted here.
 *
 * <p>Accounts are booked as they would be without it: this class books nothing.
 */
public final class Arena {
    private static final Set<Category> PASSING = EnumSet.of(Category.GRADIENTS, Category.ACTIVATIONS, Category.WORKSPACE);
    private static final int LISTED = 20;

    private final ArenaPlan plan;
    private final Regions regions = new Regions();
    private final Map<String, long[]> adoptedBy = new HashMap<>();
    private boolean within;
    private StepPlaces step;
    private long first;
    private long planned;
    private long fitted;
    private long adopted;
    private long scratch;
    private long most;

    /** Bytes that libtorch made itself in the steps so far, by kernel and owner. */
    public record Adopted(String kernel, String owner, long bytes) {}

    /**
     * How the steps so far used the storage.
     *
     * @param bytes of the storage
     * @param lowerBound the least it could have been
     * @param most bytes of it taken at once
     * @param planned bytes of tensors that lay where the plan put them
     * @param fitted bytes of tensors that lay elsewhere in it
     * @param adopted bytes of tensors that libtorch made
     * @param scratch bytes of temporaries inside kernels, which libtorch makes and the ledger books
     * @param largest of the adopted ones, largest first
     */
    public record Use(long bytes, long lowerBound, long most, long planned, long fitted, long adopted, long scratch, List<Adopted> largest) {
        /** Share of the tensors' bytes that libtorch made. */
        public double adoptedShare() {
            long all = planned + fitted + adopted;
            return all == 0 ? 0 : (double) adopted / all;
        }
    }

    public Arena(ArenaPlan plan) {
        this.plan = plan;
    }

    /** Bytes of the storage. */
    public long bytes() {
        return plan.bytes();
    }

    /** A step begins: the accounts opened from now on are its. */
    public void enter(Object kind, long opened) {
        within = true;
        step = plan.kinds().get(kind);
        first = opened;
    }

    /** It has ended; what is opened until the next one is nobody's to place. */
    public void leave() {
        within = false;
        step = null;
    }

    /**
     * Takes places for the tensors of accounts that were just opened.
     *
     * @return their offsets, or null if one of them finds no room or does not pass
     */
    public long[] place(Account... accounts) {
        long[] offsets = new long[accounts.length];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = place(accounts[i]);
            if (offsets[i] < 0) {
                for (int k = 0; k < i; k++) {
                    regions.release(offsets[k]);
                }
                return null;
            }
        }
        for (int i = 0; i < offsets.length; i++) {
            if (foreseen(accounts[i]) == offsets[i]) {
                planned += accounts[i].bytes();
            } else {
                fitted += accounts[i].bytes();
            }
        }
        most = Math.max(most, regions.taken());
        return offsets;
    }

    private long place(Account a) {
        if (!passes(a) || a.bytes() == 0) {
            return StepPlaces.ELSEWHERE;
        }
        long size = Math.ceilDiv(a.bytes(), Placement.ALIGNMENT) * Placement.ALIGNMENT;
        long offset = foreseen(a);
        return offset >= 0 && offset + size <= plan.bytes() && regions.take(offset, offset + size) ? offset : regions.fit(size, plan.bytes());
    }

    /** True if a tensor lies there. */
    public boolean isTaken(long offset) {
        return regions.isTaken(offset);
    }

    /** Frees a place. */
    public void release(long offset) {
        regions.release(offset);
    }

    /** A tensor was made by libtorch; those that stand beyond the step do not count. */
    public void adopt(Account a) {
        if (passes(a)) {
            adopted += a.bytes();
            adoptedBy.computeIfAbsent(a.what() + "\n" + a.owner(), k -> new long[1])[0] += a.bytes();
        }
    }

    /** A kernel took scratch of its own. */
    public void scratch(long bytes) {
        if (within) {
            scratch += bytes;
        }
    }

    public Use use() {
        List<Adopted> largest = adoptedBy.entrySet().stream().sorted(Comparator.comparingLong((Map.Entry<String, long[]> e) -> -e.getValue()[0]).thenComparing(Map.Entry::getKey)).limit(LISTED)
                .map(e -> new Adopted(e.getKey().substring(0, e.getKey().indexOf('\n')), e.getKey().substring(e.getKey().indexOf('\n') + 1), e.getValue()[0])).toList();
        return new Use(plan.bytes(), plan.lowerBound(), most, planned, fitted, adopted, scratch, largest);
    }

    /** Where the step planned the tensor of an account; {@link StepPlaces#ELSEWHERE} too if it did not rehearse such an account. */
    private long foreseen(Account a) {
        return isForeseen(a) ? step.offsets()[number(a)] : StepPlaces.ELSEWHERE;
    }

    private boolean isForeseen(Account a) {
        int i = number(a);
        return step != null && i < step.sizes().length && step.sizes()[i] == a.bytes();
    }

    private int number(Account a) {
        return (int) (a.id() - first);
    }

    /** True for tensors on the device that do not stand beyond their step: as rehearsed, or else by what they are for. */
    private boolean passes(Account a) {
        if (!within || a.tier() != Tier.DEVICE) {
            return false;
        }
        return isForeseen(a) ? step.passes(number(a)) : PASSING.contains(a.category());
    }
}
