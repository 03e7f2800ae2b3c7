package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.gradient.Penalty;
import headroom.engine.tape.Parameter;
import java.util.List;

/**
 * The adapter slot at work: new parameters at points of a model. Everything it allocates, trained or frozen, is booked as ADAPTER; what can be made again from the run's
 * seed is not listed among the parameters and not saved.
 */
public interface Adapter extends AutoCloseable {
    /** Group of what has no rate of its own. */
    String MAIN_GROUP = "main";

    /** Everything that is saved with a run: what trains, and what has to come back with it. */
    List<Parameter> parameters();

    /** Group of a parameter in the optimizer. */
    default String group(Parameter p) {
        return MAIN_GROUP;
    }

    /** Terms beside the loss that hold the added parameters in a shape. */
    default List<Penalty> penalties() {
        return List.of();
    }

    /** Where the squared gradients of single examples go that it wants to see before the first step, or null if it wants none. */
    default SquaredGradients scores() {
        return null;
    }

    /** Starts from what it has seen; asked once, before the first step, if it wanted to see something. */
    default void begin() {
        throw new IllegalStateException("nothing was to be seen before the first step");
    }

    /** Names of the sets that rows of a batch can go through one by one; empty if all rows go through the same. */
    default List<String> sets() {
        return List.of();
    }

    /**
     * Lets a set answer from now on where a pass does not say which rows go through which.
     *
     * @throws IllegalArgumentException if there is no such set
     */
    default void answer(String set) {
        throw new IllegalArgumentException("no adapter set '" + set + "'; the adapter is one");
    }

    /** False if no dense model says the same, so that the adapter has to be kept beside its base. */
    boolean merges();

    /**
     * The weight of a site with the adapter folded in.
     *
     * @param weight the base weight [out, in] in float32; owned by the callee
     * @return [out, in] in float32, owned by the caller; {@code weight} itself where nothing changes
     */
    Tensor merged(Compute c, LinearSite site, Tensor weight);

    /**
     * The bias of a site with the adapter folded in.
     *
     * @param bias the base bias [out] in float32, owned by the callee; null if the site has none
     * @return [out] in float32, owned by the caller; null if there is still none
     */
    default Tensor mergedBias(Compute c, LinearSite site, Tensor bias) {
        return bias;
    }

    @Override
    void close();

    /** The same for a choice that takes nothing out of the weights. */
    static Adapter attach(Compute c, Model model, AdapterChoice choice, DType dtype, long seed) {
        try (SpectralStart nothing = SpectralStart.of(new AdapterChoice.None())) {
            return attach(c, model, choice, nothing, dtype, seed);
        }
    }

    /**
     * Attaches what was chosen.
     *
     * @param start what was taken out of the weights while they were loaded
     * @return null for no adapter
     * @throws IllegalArgumentException if the choice matches no point of the model; the message lists the points
     */
    static Adapter attach(Compute c, Model model, AdapterChoice choice, SpectralStart start, DType dtype, long seed) {
        return switch (choice) {
            case AdapterChoice.None _ -> null;
            case AdapterChoice.ActivationGates g -> GateAdapter.attach(c, model, g, dtype, seed);
            case AdapterChoice.AddedBias b -> BiasAdapter.attach(c, model, b, dtype, seed);
            case AdapterChoice.Bottleneck b -> BottleneckAdapter.attach(c, model, b, dtype, seed);
            case AdapterChoice.PrefixKv p -> PrefixAdapter.attach(c, model, p, dtype, seed);
            case AdapterChoice.PromptTokens p -> PromptAdapter.attach(c, model, p, dtype, seed);
            case AdapterChoice.QueryTokens q -> QueryAdapter.attach(c, model, q, dtype, seed);
            case AdapterChoice.LowRank l -> LowRankAdapter.attach(c, model, l, start, dtype, seed);
            case AdapterChoice.WeightNorm w -> WeightNormAdapter.attach(c, model, w, dtype, seed);
            case AdapterChoice.Vera v -> VeraAdapter.attach(c, model, v, dtype, seed);
            case AdapterChoice.Triplets t -> TripletAdapter.attach(c, model, t, dtype, seed);
            case AdapterChoice.LadderNetwork l -> LadderAdapter.attach(c, model, l, dtype, seed);
            case AdapterChoice.SegmentedLowRank s -> SegmentedAdapter.attach(c, model, s, dtype, seed);
        };
    }
}
