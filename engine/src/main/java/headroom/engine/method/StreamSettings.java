package headroom.engine.method;

import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.ActivationsChoice.ReversibleStreams;
import headroom.engine.tape.stack.ReversibleStack.Wiring;
import java.util.List;

/** Settings of blocks that are run as a reversible pair of streams, by the numbers that their paper gives the three wirings. */
final class StreamSettings {
    static final List<String> VARIANTS = List.of("1", "2", "3");
    private static final String NONE = "none";
    private static final String HOW = "reversible";
    private static final String FACTOR = "reversible-factor";
    private static final String EVERY = "reversible-every";

    private StreamSettings() {}

    static Wiring wiring(String variant) {
        return Wiring.values()[Integer.parseInt(variant) - 1];
    }

    private static String variant(ReversibleStreams s) {
        return Integer.toString(s.wiring().ordinal() + 1);
    }

    static List<Setting> of(ActivationsChoice given) {
        ReversibleStreams s = given instanceof ReversibleStreams r ? r : null;
        return List.of(Setting.choice(HOW, s == null ? NONE : variant(s), List.of(NONE, "1", "2", "3"),
                        "blocks as two streams whose inputs are computed back: layer then adapter, adapter then layer, or attention then feed-forward. Another model: it stays with the streams"),
                Setting.number(FACTOR, s == null ? ReversibleStreams.FACTOR : Math.min(s.lambda(), s.beta()), 1e-3, 1, "with reversible: factor of the stream that a layer or half of it is added to"),
                Setting.integer(EVERY, s == null ? 2 : s.every(), 0, 1000, "with reversible: blocks between streams that are kept, 0 for the last pair only; float32 allows 2 or 3 with factor 0.1"));
    }

    /** @throws IllegalArgumentException if checkpoints are asked for as well */
    static ActivationsChoice apply(Settings s, ActivationsChoice given) {
        if (!s.has(HOW) && !s.has(FACTOR) && !s.has(EVERY)) {
            return given;
        }
        ReversibleStreams before = given instanceof ReversibleStreams r ? r : null;
        String how = s.has(HOW) ? s.text(HOW) : before == null ? NONE : variant(before);
        if (how.equals(NONE)) {
            if (before == null && !s.has(HOW)) {
                throw new IllegalArgumentException((s.has(FACTOR) ? FACTOR : EVERY) + " belongs to reversible=1, 2 or 3, which is not set");
            }
            return before == null ? given : new ActivationsChoice.KeepNeeded(given.saves(), given.loss());
        }
        if (given instanceof ActivationsChoice.BlockCheckpoint) {
            throw new IllegalArgumentException("reversible=" + how + " and checkpoints both say how the blocks are run; use checkpointing=none, or reversible=none");
        }
        Wiring wiring = wiring(how);
        ReversibleStreams next = before != null && before.wiring() == wiring ? before : new ReversibleStreams(wiring, 1, 1, ReversibleStreams.most(wiring), given.saves(), given.loss());
        if (next != before || s.has(FACTOR)) {
            next = next.small(s.has(FACTOR) ? s.number(FACTOR) : before == null ? ReversibleStreams.FACTOR : Math.min(before.lambda(), before.beta()));
        }
        return s.has(EVERY) ? next.keeping(s.integer(EVERY)) : next;
    }
}
