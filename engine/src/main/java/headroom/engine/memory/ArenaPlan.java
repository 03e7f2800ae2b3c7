package headroom.engine.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One storage for everything that passes in a run's steps: every kind of step that was rehearsed is placed in it, the worst one sizes it. Kinds that were not rehearsed use the
 * room as they find it, so a run that has started cannot grow by them.
 *
 * @param kinds places by kind of step; the key is whatever the run names its steps by
 * @param bytes of the storage
 * @param lowerBound the least that any placement of the worst kind could take
 * @param outside most bytes that stand or pass outside the storage at once
 */
public record ArenaPlan(Map<Object, StepPlaces> kinds, long bytes, long lowerBound, long outside) {
    public ArenaPlan {
        kinds = Map.copyOf(kinds);
    }

    /** A storage of so many bytes without places: every tensor takes the smallest gap that holds it. */
    public static ArenaPlan room(long bytes) {
        return new ArenaPlan(Map.of(), bytes, 0, 0);
    }

    /** How much larger the storage is than it would have to be at least: 0.01 for one percent. */
    public double waste() {
        return lowerBound == 0 ? 0 : (double) (bytes - lowerBound) / lowerBound;
    }

    /** Share of the bytes passing in the rehearsed steps that libtorch makes itself. */
    public double adoptedShare() {
        long passing = kinds.values().stream().mapToLong(StepPlaces::passing).sum();
        return passing == 0 ? 0 : 1 - (double) kinds.values().stream().mapToLong(StepPlaces::placed).sum() / passing;
    }

    /** The same places in a storage that is no larger than a limit; what lies beyond is made by libtorch. */
    public ArenaPlan within(long limit) {
        return bytes <= limit ? this : new ArenaPlan(kinds, Math.max(0, limit), lowerBound, outside);
    }

    /** Collects rehearsed steps and places them. */
    public static final class Builder {
        private static final int MOST_PLACED = 64;

        private final Predicate<Account> placeable;
        private final Map<Object, StepPlaces.Rehearsed> rehearsed = new LinkedHashMap<>();

        /** @param placeable true for accounts whose tensor can be made where it is told to lie */
        public Builder(Predicate<Account> placeable) {
            this.placeable = placeable;
        }

        /**
         * Takes a step that has just been rehearsed.
         *
         * @param accounts every account it opened, in order; those that are still open stand beyond it
         * @param standing bytes that were booked on the device when it began
         */
        public void add(Object kind, List<Account> accounts, long standing) {
            rehearsed.put(kind, new StepPlaces.Rehearsed(accounts, standing, placeable));
        }

        /** Places the largest step as tightly as can be, every other one within what that takes. Of very many different steps the smallest get no places of their own. */
        public ArenaPlan build() {
            List<Map.Entry<Object, StepPlaces.Rehearsed>> falling = new ArrayList<>(rehearsed.entrySet());
            falling.sort(Comparator.comparingLong(e -> -e.getValue().lowerBound()));
            Map<List<Placement.Life>, Placement> known = new HashMap<>();
            Map<Object, StepPlaces> kinds = new HashMap<>();
            long bytes = 0;
            long bound = 0;
            long outside = 0;
            for (Map.Entry<Object, StepPlaces.Rehearsed> e : falling) {
                if (known.size() >= MOST_PLACED && !known.containsKey(e.getValue().lives())) {
                    continue;
                }
                long enough = bytes;
                StepPlaces places = e.getValue().at(known.computeIfAbsent(e.getValue().lives(), lives -> Placement.of(lives, enough)));
                kinds.put(e.getKey(), places);
                bytes = Math.max(bytes, places.bytes());
                bound = Math.max(bound, places.lowerBound());
                outside = Math.max(outside, places.outside());
            }
            return new ArenaPlan(kinds, bytes, bound, outside);
        }
    }
}
