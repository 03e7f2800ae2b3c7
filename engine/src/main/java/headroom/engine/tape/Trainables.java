package headroom.engine.tape;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What trains in one step: published before the forward pass and never changed afterwards. Not listed means no gradient, no decay, and a clock that stands still.
 */
public final class Trainables {
    /** How a listed parameter trains: on which elements, and in which group of the optimizer. */
    public record Trained(Support support, String group) {}

    private static final Trainables NONE = new Trainables(Map.of(), Set.of());

    private final Map<Parameter, Trained> trained;
    private final Set<Parameter> observed;

    private Trainables(Map<Parameter, Trained> trained, Set<Parameter> observed) {
        this.trained = trained;
        this.observed = observed;
    }

    /** Nothing trains: evaluation, generation, probes. */
    public static Trainables none() {
        return NONE;
    }

    /**
     * @param trained what is stepped
     * @param observed what is not stepped, but whose gradient is asked for
     */
    public static Trainables of(Map<Parameter, Trained> trained, Set<Parameter> observed) {
        return new Trainables(new LinkedHashMap<>(trained), observed);
    }

    /** True if a gradient of the parameter is wanted. */
    public boolean wants(Parameter p) {
        return trained.containsKey(p) || observed.contains(p);
    }

    public boolean trains(Parameter p) {
        return trained.containsKey(p);
    }

    /** How the parameter trains, or null if it does not. */
    public Trained of(Parameter p) {
        return trained.get(p);
    }

    public Set<Parameter> parameters() {
        return trained.keySet();
    }

    /** Number of elements that train. */
    public long elements() {
        long n = 0;
        for (Map.Entry<Parameter, Trained> e : trained.entrySet()) {
            n += e.getValue().support().elements(e.getKey().shape());
        }
        return n;
    }

    /** The elements that train; all of what is only observed. */
    public Support supportOf(Parameter p) {
        Trained t = trained.get(p);
        return t == null ? Support.ALL : t.support();
    }

    /** True if its whole gradient may be asked for, whatever trains of it. */
    public boolean isObserved(Parameter p) {
        return observed.contains(p);
    }

    /** What happened to a parameter between two publications. */
    public sealed interface Change {
        Parameter parameter();

        /** It trains now and did not before. */
        record Enter(Parameter parameter, Support support) implements Change {}

        /** It does not train any more. */
        record Leave(Parameter parameter, Support support) implements Change {}

        /** Other elements of it train now. */
        record Remap(Parameter parameter, Support from, Support to) implements Change {}
    }

    /** What changed since an earlier publication: first what left, then what moved, then what came. Empty if nothing did. */
    public List<Change> since(Trainables before) {
        List<Change> left = new ArrayList<>();
        List<Change> moved = new ArrayList<>();
        List<Change> entered = new ArrayList<>();
        if (before != this) {
            before.trained.forEach((p, was) -> {
                Trained is = trained.get(p);
                if (is == null) {
                    left.add(new Change.Leave(p, was.support()));
                } else if (!is.support().equals(was.support())) {
                    moved.add(new Change.Remap(p, was.support(), is.support()));
                }
            });
            trained.forEach((p, is) -> {
                if (!before.trained.containsKey(p)) {
                    entered.add(new Change.Enter(p, is.support()));
                }
            });
        }
        left.addAll(moved);
        left.addAll(entered);
        return left;
    }
}
