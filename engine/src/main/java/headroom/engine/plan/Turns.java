package headroom.engine.plan;

import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.tape.Parameter;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Which turn of a model whose blocks take turns needs most. */
final class Turns {
    /** Turns beyond this many steps repeat earlier ones. */
    private static final long FAR = 2000;

    private Turns() {}

    /**
     * The first two steps of the turn whose lowest block is the lowest of all: its backward pass goes furthest, and all blocks above keep activations for it. Empty if blocks do
     * not take turns.
     *
     * @param from first step that may be taken
     * @param to end of the steps (exclusive)
     */
    static List<Long> deepest(Assembly a, long from, long to) {
        if (!(a.course().at(from).selector() instanceof SelectorChoice.LayerwiseSampling l)) {
            return List.of();
        }
        Map<Parameter, Integer> blocks = new IdentityHashMap<>();
        List<String> paths = a.model().blocks();
        for (Parameter p : a.model().parameters()) {
            for (int i = 0; i < paths.size(); i++) {
                if (p.path().startsWith(paths.get(i) + ".")) {
                    blocks.put(p, i);
                }
            }
        }
        int lowest = Integer.MAX_VALUE;
        long at = -1;
        for (long step = Math.ceilDiv(from, l.every()) * l.every(); step < Math.min(to, from + FAR) && lowest > 0; step += l.every()) {
            int first = a.trainables(step).parameters().stream().mapToInt(p -> blocks.getOrDefault(p, Integer.MAX_VALUE)).min().orElse(Integer.MAX_VALUE);
            if (first < lowest) {
                lowest = first;
                at = step;
            }
        }
        return at < 0 ? List.of() : at + 1 < to ? List.of(at, at + 1) : List.of(at);
    }
}
