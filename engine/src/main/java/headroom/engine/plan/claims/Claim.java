package headroom.engine.plan.claims;

import java.util.Locale;

/**
 * One published figure and what has to come near it.
 *
 * @param id within its file
 * @param says the figure in words: what of which model
 * @param published the figure, in {@code unit}
 * @param basis how the paper came by it
 * @param source where it stands
 * @param note what the comparison leaves out, or empty
 * @param bound whether the figure is to be met or only not passed
 * @param tolerance largest relative difference of a figure that is to be met
 * @param planned what dry runs give
 */
public record Claim(String id, String says, double published, Unit unit, Basis basis, String source, String note, Bound bound, double tolerance, Quantity planned) {
    /** What a figure is counted in, and how much of the quantity one of it is. */
    public enum Unit {
        GB("GB", 1e9), GIB("GiB", 1 << 30), MB("MB", 1e6), BYTES("bytes", 1), BYTES_PER_PARAMETER("bytes per parameter", 1), BITS_PER_PARAMETER("bits per parameter", 0.125),
        PARAMETERS("parameters", 1), MILLION("million parameters", 1e6), PERCENT("%", 0.01), RATIO("×", 1);

        private final String words;
        private final double size;

        Unit(String words, double size) {
            this.words = words;
            this.size = size;
        }

        public String words() {
            return words;
        }

        public double size() {
            return size;
        }

        static Unit named(String words) {
            for (Unit u : values()) {
                if (u.words.equals(words)) {
                    return u;
                }
            }
            throw new IllegalArgumentException("no unit '" + words + "'");
        }
    }

    /** How a figure came about: the ledger can meet what was counted; what was measured holds a whole process, of which the ledger counts a part. */
    public enum Basis {
        /** The paper counts tensors, as the ledger does. */
        ARITHMETIC,
        /** The paper states a law or a property. */
        LAW,
        /** The paper measured a process: its libraries, its allocator, its fragments. */
        MEASURED;

        static Basis named(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** How planned stands to published. */
    public enum Bound {
        EQUAL, AT_MOST, AT_LEAST;

        static Bound named(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT).replace(' ', '_'));
        }
    }

    /** Planned against published. */
    public record Checked(Claim claim, double planned) {
        /** Relative; absolute where zero was published. */
        public double difference() {
            return claim.published == 0 ? planned : planned / claim.published - 1;
        }

        public boolean holds() {
            return switch (claim.bound) {
                case EQUAL -> Math.abs(difference()) <= claim.tolerance;
                case AT_MOST -> difference() <= 0;
                case AT_LEAST -> difference() >= 0;
            };
        }
    }
}
