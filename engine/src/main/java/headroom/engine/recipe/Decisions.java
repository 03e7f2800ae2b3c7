package headroom.engine.recipe;

import headroom.engine.compute.Compute;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The sizes of a run that depend on its data or weights. A run measures and records them; a dry run takes recorded ones where it is given them and assumed ones where it is not,
 * so that a plan before the run is a good guess and a plan after it is exact.
 */
public final class Decisions {
    private final Map<String, Decision> recorded = new LinkedHashMap<>();
    private final Map<String, Decision> made = new LinkedHashMap<>();

    /** @param recorded of an earlier run, or of the run that is planned again; empty before the first */
    public Decisions(Collection<Decision> recorded) {
        recorded.forEach(d -> this.recorded.put(d.name(), d));
    }

    /**
     * A size.
     *
     * @param measured asked on a machine that computes
     * @param assumed for a dry run without a recorded size
     * @param why what the assumption rests on
     */
    public long size(Compute c, String name, LongSupplier measured, long assumed, String why) {
        Decision d;
        if (!c.isDry()) {
            d = new Decision(name, measured.getAsLong(), "measured: " + why);
        } else if (recorded.containsKey(name)) {
            d = recorded.get(name);
        } else {
            d = new Decision(name, assumed, "assumed: " + why);
        }
        made.put(name, d);
        return d.value();
    }

    /** Takes in what was settled elsewhere. */
    public void add(Collection<Decision> settled) {
        settled.forEach(d -> made.put(d.name(), d));
    }

    /** What was decided so far, in order. */
    public List<Decision> made() {
        return List.copyOf(made.values());
    }
}
