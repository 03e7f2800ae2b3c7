package headroom.engine.tape;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What trains in one step: published before the forward pass and never changed afterwards. Not listed means no gradient, no decay, and a clock that stands still.
 */
public final class Trainables {
    /** How a listed parameter trains: on which elements, and in which group of the optimizer. */
    public record Trained(Support support, String group) {}

    private static final Trainables NONE = new Trainables(new IdentityHashMap<>(), Set.of());

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
        return new Trainables(new IdentityHashMap<>(trained), observed);
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
            n += switch (e.getValue().support()) {
                case Support.All a -> e.getKey().elements();
                case Support.Rows r -> (r.to() - r.from()) * (e.getKey().elements() / e.getKey().shape().dim(0));
            };
        }
        return n;
    }
}
