package headroom.engine.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Where the tensors of one kind of step lie in the arena. Tensors are known by the number of their account since the step began: the run opens the accounts that the
 * rehearsal opened, in the same order.
 *
 * @param sizes bytes of each account, scratch and host accounts among them
 * @param offsets where it lies, or {@link #ELSEWHERE} or {@link #STANDS}
 * @param bytes end of the highest: what this kind of step needs of the arena
 * @param lowerBound most bytes of placed tensors alive at once
 * @param passing bytes of all tensors that are born and die within the step
 * @param placed those of them that have a place
 * @param outside most bytes alive at once that lie outside the arena: what stands from step to step, what libtorch makes itself, scratch of kernels
 */
public record StepPlaces(long[] sizes, long[] offsets, long bytes, long lowerBound, long passing, long placed, long outside) {
    /** Not in the arena: made by libtorch. */
    public static final long ELSEWHERE = -1;
    /** Not in the arena: kept beyond the step, or on the host. */
    public static final long STANDS = -2;

    /** True if the tensor of an account is born and dies within the step. */
    public boolean passes(int number) {
        return offsets[number] != STANDS;
    }

    /** A rehearsed step, not placed yet. */
    static final class Rehearsed {
        private final List<Account> accounts;
        private final List<Integer> numbers = new ArrayList<>();
        private final List<Placement.Life> lives = new ArrayList<>();
        private final boolean[] stands;
        private final long bound;
        private final long outside;
        private long passing;

        /**
         * @param accounts of the step, in order; those that are open now stand beyond it
         * @param standing bytes on the device when it began
         */
        Rehearsed(List<Account> accounts, long standing, Predicate<Account> placeable) {
            this.accounts = List.copyOf(accounts);
            long first = accounts.isEmpty() ? 0 : accounts.getFirst().birth();
            stands = new boolean[accounts.size()];
            for (int i = 0; i < stands.length; i++) {
                Account a = accounts.get(i);
                stands[i] = a.tier() != Tier.DEVICE || a.isOpen();
                boolean passes = !stands[i] && !a.isScratch() && a.bytes() > 0;
                passing += passes ? a.bytes() : 0;
                if (passes && placeable.test(a)) {
                    numbers.add(i);
                    lives.add(new Placement.Life(a.birth() - first, a.death() - first, a.bytes()));
                }
            }
            this.bound = Placement.lowerBound(lives);
            this.outside = outside(standing);
        }

        /** What is alive beside the placed tensors, at most; accounts that stood before and died within the step count to its end. */
        private long outside(long standing) {
            List<long[]> changes = new ArrayList<>();
            int next = 0;
            for (int i = 0; i < accounts.size(); i++) {
                Account a = accounts.get(i);
                if (next < numbers.size() && numbers.get(next) == i) {
                    next++;
                } else if (a.tier() == Tier.DEVICE) {
                    changes.add(new long[] {a.birth(), a.bytes()});
                    if (!a.isOpen()) {
                        changes.add(new long[] {a.death(), -a.bytes()});
                    }
                }
            }
            changes.sort((x, y) -> Long.compare(x[0], y[0]));
            long alive = standing;
            long most = standing;
            for (long[] change : changes) {
                alive += change[1];
                most = Math.max(most, alive);
            }
            return most;
        }

        long lowerBound() {
            return bound;
        }

        /** Births, deaths and sizes: steps that are equal in them can lie alike. */
        List<Placement.Life> lives() {
            return lives;
        }

        StepPlaces at(Placement p) {
            long[] sizes = accounts.stream().mapToLong(Account::bytes).toArray();
            long[] offsets = new long[sizes.length];
            for (int i = 0; i < offsets.length; i++) {
                offsets[i] = stands[i] ? STANDS : ELSEWHERE;
            }
            long placed = 0;
            for (int k = 0; k < numbers.size(); k++) {
                offsets[numbers.get(k)] = p.offsets()[k];
                placed += lives.get(k).bytes();
            }
            return new StepPlaces(sizes, offsets, p.bytes(), p.lowerBound(), passing, placed, outside);
        }
    }
}
