package headroom.engine.recipe.selector;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Random columns, rows or entries of each matrix: a draw is a function of seed, path and interval, so any can be repeated without the ones before it. */
final class RandomParts extends Parts {
    private final SelectorChoice.RandomSupport choice;
    private final long seed;

    RandomParts(Compute compute, SelectorChoice.RandomSupport choice, List<Parameter> matrices, Collection<Parameter> always, long seed) {
        super(compute, matrices, always);
        this.choice = choice;
        this.seed = seed;
    }

    @Override
    long interval(long step) {
        return choice.every() == 0 ? 0 : step / choice.every();
    }

    @Override
    Support choose(Parameter p, long interval) {
        long n = switch (choice.unit()) {
            case COLUMNS -> p.shape().dim(1);
            case ROWS -> p.shape().dim(0);
            case ENTRIES -> p.elements();
        };
        if (n > SupportKernels.MOST_ELEMENTS) {
            throw new IllegalArgumentException("entries of " + p.path() + " " + p.shape() + " do not fit 32-bit positions; draw columns or rows");
        }
        int k = (int) choice.kept().among(n);
        long key = Keys.key(seed, "support", p.path(), interval);
        return of(ids(p, Shape.of(k), () -> distinct(key, n, k)));
    }

    @Override
    Support of(Tensor ids) {
        return switch (choice.unit()) {
            case COLUMNS -> new Support.Columns(ids);
            case ROWS -> new Support.RowSet(ids);
            case ENTRIES -> new Support.Entries(ids);
        };
    }

    /** k different numbers below n, ascending: the first k of a keyed permutation (a Feistel network over the next even power of two; what lies outside walks on). */
    static int[] distinct(long key, long n, int k) {
        int half = Math.max(1, (65 - Long.numberOfLeadingZeros(Math.max(1, n - 1))) / 2);
        long mask = (1L << half) - 1;
        int[] out = new int[k];
        for (int i = 0; i < k; i++) {
            long x = i;
            do {
                long left = x >>> half;
                long right = x & mask;
                for (int round = 0; round < 4; round++) {
                    long mixed = left ^ (Keys.mix(key + round * 0x9E3779B97F4A7C15L + right) & mask);
                    left = right;
                    right = mixed;
                }
                x = left << half | right;
            } while (x >= n);
            out[i] = (int) x;
        }
        Arrays.sort(out);
        return out;
    }
}
