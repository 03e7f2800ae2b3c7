package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Slot 6, optimizer: rule × subspace × state codec × timing × residence × lifecycle, with a schedule, clipping and groups. The parts combine: a rule knows neither how its state
 * is coded nor where it lies.
 *
 * @param rule what is done with a gradient
 * @param subspace where the rule keeps its moments
 * @param state how moments are coded
 * @param master true steps a bf16 weight through a float32 copy of it, which is state too
 * @param timing when a parameter is stepped
 * @param residence where state lies between steps
 * @param lifecycle what becomes of state over time
 * @param schedule rate over the run
 * @param clip how large a gradient may be
 * @param groups what differs for the parameters of a named group; a group that is not listed is like the rest
 */
public record OptimizerChoice(
        Rule rule, Subspace subspace, StateCodec state, boolean master, Timing timing, Residence residence, Lifecycle lifecycle, Schedule schedule, Clip clip, Map<String, Group> groups) {
    public OptimizerChoice {
        groups = groups == null ? Map.of() : new TreeMap<>(groups);
    }

    /** A rule at the boundary, in the full space, state in float32 on the device: every other part at its default. */
    public static OptimizerChoice of(Rule rule, Schedule schedule) {
        return new OptimizerChoice(rule, new FullSpace(), new Float32State(), true, Timing.BOUNDARY, new DeviceState(), new Keep(), schedule, new Clip.None(), Map.of());
    }

    /** AdamW with the usual betas, linear decay after 6 % warm-up, clipping at 1. */
    public static OptimizerChoice adamW(double rate) {
        return of(AdamW.standard(0.01), new Schedule(rate, 0.06, Schedule.Shape.LINEAR)).withClip(1);
    }

    public OptimizerChoice with(Rule r) {
        return new OptimizerChoice(r, subspace, state, master, timing, residence, lifecycle, schedule, clip, groups);
    }

    public OptimizerChoice with(Subspace s) {
        return new OptimizerChoice(rule, s, state, master, timing, residence, lifecycle, schedule, clip, groups);
    }

    public OptimizerChoice with(StateCodec s) {
        return new OptimizerChoice(rule, subspace, s, master, timing, residence, lifecycle, schedule, clip, groups);
    }

    /** Steps bf16 weights through a float32 copy, or rounds every step into them. */
    public OptimizerChoice withMaster(boolean m) {
        return new OptimizerChoice(rule, subspace, state, m, timing, residence, lifecycle, schedule, clip, groups);
    }

    public OptimizerChoice with(Residence r) {
        return new OptimizerChoice(rule, subspace, state, master, timing, r, lifecycle, schedule, clip, groups);
    }

    public OptimizerChoice with(Lifecycle l) {
        return new OptimizerChoice(rule, subspace, state, master, timing, residence, l, schedule, clip, groups);
    }

    public OptimizerChoice with(Schedule s) {
        return new OptimizerChoice(rule, subspace, state, master, timing, residence, lifecycle, s, clip, groups);
    }

    public OptimizerChoice with(Clip c) {
        return new OptimizerChoice(rule, subspace, state, master, timing, residence, lifecycle, schedule, c, groups);
    }

    /** Clips by the global norm; 0 clips nothing. */
    public OptimizerChoice withClip(double limit) {
        return with(limit > 0 ? new Clip.Global(limit, false) : new Clip.None());
    }

    public OptimizerChoice steppingInBackward(boolean b) {
        return new OptimizerChoice(rule, subspace, state, master, b ? Timing.IN_BACKWARD : Timing.BOUNDARY, residence, lifecycle, schedule, clip, groups);
    }

    public OptimizerChoice droppingOnFreeze() {
        return with(new DropOnFreeze(0));
    }

    /** Parameters of a named group step differently. */
    public OptimizerChoice withGroup(String name, Group g) {
        Map<String, Group> all = new TreeMap<>(groups);
        all.put(name, g);
        return new OptimizerChoice(rule, subspace, state, master, timing, residence, lifecycle, schedule, clip, all);
    }

    /** True if parameters are stepped in the backward pass. */
    public boolean inBackward() {
        return timing == Timing.IN_BACKWARD;
    }

    /** What is done with a gradient. {@code decay} is the weight decay λ. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = AdamW.class, name = "AdamW"), @JsonSubTypes.Type(value = Sgd.class, name = "Sgd"), @JsonSubTypes.Type(value = SignSgd.class, name = "SignSgd"),
            @JsonSubTypes.Type(value = Lion.class, name = "Lion"), @JsonSubTypes.Type(value = Adafactor.class, name = "Adafactor"),
            @JsonSubTypes.Type(value = ApolloScaling.class, name = "ApolloScaling")})
    public sealed interface Rule {
        double decay();

        Rule withDecay(double decay);
    }

    /**
     * Adam with decoupled decay ("Decoupled Weight Decay Regularization", 2019).
     *
     * @param epsilonBeforeCorrection true adds ε before the bias correction (as GaLore does), false after it (as PyTorch does)
     * @param entryClocks true corrects the bias of each entry by its own number of steps, which is kept in one more number an entry: for entries that begin to train at different
     *     times (SpIEL); false by the tensor's
     */
    public record AdamW(double beta1, double beta2, double epsilon, boolean epsilonBeforeCorrection, double decay, @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean entryClocks)
            implements Rule {
        /** One clock for a tensor. */
        public AdamW(double beta1, double beta2, double epsilon, boolean epsilonBeforeCorrection, double decay) {
            this(beta1, beta2, epsilon, epsilonBeforeCorrection, decay, false);
        }

        /** A clock for each entry, or one for a tensor. */
        public AdamW withEntryClocks(boolean own) {
            return new AdamW(beta1, beta2, epsilon, epsilonBeforeCorrection, decay, own);
        }

        public static AdamW standard(double decay) {
            return new AdamW(0.9, 0.999, 1e-8, false, decay);
        }

        @Override
        public AdamW withDecay(double d) {
            return new AdamW(beta1, beta2, epsilon, epsilonBeforeCorrection, d, entryClocks);
        }
    }

    /**
     * b ← μ·b + g + λ·w, w ← w − η·b. Without momentum there is no state.
     *
     * @param nesterov true steps along g + λ·w + μ·b
     */
    public record Sgd(double momentum, boolean nesterov, double decay) implements Rule {
        /** Without momentum. */
        public Sgd(double decay) {
            this(0, false, decay);
        }

        @Override
        public Sgd withDecay(double d) {
            return new Sgd(momentum, nesterov, d);
        }
    }

    /** w ← w·(1 − ηλ) − η·sign(g): no state. */
    public record SignSgd(double decay) implements Rule {
        @Override
        public SignSgd withDecay(double d) {
            return new SignSgd(d);
        }
    }

    /** Lion ("Symbolic Discovery of Optimization Algorithms", 2023): the sign of an average, one moment. */
    public record Lion(double beta1, double beta2, double decay) implements Rule {
        public static Lion standard(double decay) {
            return new Lion(0.9, 0.99, decay);
        }

        @Override
        public Lion withDecay(double d) {
            return new Lion(beta1, beta2, d);
        }
    }

    /**
     * Adafactor ("Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018): of a matrix only row and column means of squared gradients are kept.
     *
     * @param beta1 of a full moment, 0 for none
     * @param power p of β̂ = 1 − t⁻ᵖ
     * @param limit RMS above which an update is scaled down
     * @param relativeStep true lets 1/√t bound the rate
     * @param scaled true multiplies the rate by max(1e-3, RMS(w))
     */
    public record Adafactor(double beta1, double power, double limit, boolean relativeStep, boolean scaled, double decay) implements Rule {
        public static final double EPSILON1 = 1e-30;
        public static final double EPSILON2 = 1e-3;

        public static Adafactor standard(boolean relativeStep) {
            return new Adafactor(0, 0.8, 1, relativeStep, true, 0);
        }

        @Override
        public Adafactor withDecay(double d) {
            return new Adafactor(beta1, power, limit, relativeStep, scaled, d);
        }
    }

    /**
     * The raw gradient, scaled by what Adam makes of a low-rank sketch of it ("APOLLO: SGD-like Memory, AdamW-level Performance", 2024). Needs a {@link LowRank} subspace; what is
     * not projected takes AdamW.
     *
     * @param adam of the sketch
     * @param whole true scales a tensor as a whole (APOLLO-Mini), false channel by channel
     * @param growth how much larger a scaled gradient may be than the one before
     */
    public record ApolloScaling(AdamW adam, boolean whole, double growth) implements Rule {
        @Override
        public double decay() {
            return adam.decay();
        }

        @Override
        public ApolloScaling withDecay(double d) {
            return new ApolloScaling(adam.withDecay(d), whole, growth);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = FullSpace.class, name = "FullSpace"), @JsonSubTypes.Type(value = LowRank.class, name = "LowRankSubspace")})
    public sealed interface Subspace {}

    public record FullSpace() implements Subspace {}

    /**
     * Moments live in a subspace of each matrix gradient, on its smaller side (GaLore, APOLLO).
     *
     * @param law which subspace
     * @param rank r
     * @param refresh steps of the tensor's own clock between bases
     * @param scale α, multiplies the step of projected matrices; {@link ApolloScaling} takes its root
     * @param clearMoments true starts the moments again with each new basis
     */
    public record LowRank(Law law, int rank, int refresh, double scale, boolean clearMoments) implements Subspace {
        public enum Law {
            /** Leading singular vectors of the gradient; kept. */
            SVD,
            /** Normal numbers of variance 1/r, made again from a key whenever needed; not kept. */
            RANDOM
        }

        public LowRank {
            law = law == null ? Law.SVD : law;
        }

        /** By singular vectors, keeping moments. */
        public LowRank(int rank, int refresh, double scale) {
            this(Law.SVD, rank, refresh, scale, false);
        }
    }

    /** How moments are coded. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Float32State.class, name = "Float32State"), @JsonSubTypes.Type(value = Bf16State.class, name = "Bf16State"),
            @JsonSubTypes.Type(value = Dynamic8State.class, name = "Dynamic8State")})
    public sealed interface StateCodec {}

    public record Float32State() implements StateCodec {}

    public record Bf16State() implements StateCodec {}

    /**
     * Eight bits an element and a float32 scale per block, in the dynamic code ("8-bit Optimizers via Block-wise Quantization", 2022). Embeddings keep float32.
     *
     * @param block elements per scale
     * @param from tensors of fewer elements keep float32
     */
    public record Dynamic8State(int block, int from) implements StateCodec {
        public static Dynamic8State standard() {
            return new Dynamic8State(256, 4096);
        }
    }

    public enum Timing {
        /** All parameters when the last gradient is complete. */
        BOUNDARY,
        /** Each parameter as soon as its gradient is complete, which is then freed: gradients never exist together. */
        IN_BACKWARD
    }

    /** Where state lies between steps. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = DeviceState.class, name = "DeviceState"), @JsonSubTypes.Type(value = HostState.class, name = "HostState")})
    public sealed interface Residence {}

    public record DeviceState() implements Residence {}

    /**
     * In host memory, which is another tier, not free memory.
     *
     * @param from parameters of fewer elements keep their state on the device
     * @param paged false brings the gradient down, steps on the host and takes the weight up (offloading); true brings the state to the device for the step and takes it back (paging)
     */
    public record HostState(long from, boolean paged) implements Residence {
        /** Steps on the host. */
        public static HostState offloaded() {
            return new HostState(0, false);
        }

        /** State of large parameters visits the device. */
        public static HostState pages() {
            return new HostState(100_000, true);
        }
    }

    /** What becomes of state over time. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Keep.class, name = "Keep"), @JsonSubTypes.Type(value = DropOnFreeze.class, name = "DropOnFreeze"),
            @JsonSubTypes.Type(value = ResetState.class, name = "ResetState"), @JsonSubTypes.Type(value = RemapSupport.class, name = "RemapSupport")})
    public sealed interface Lifecycle {}

    public record Keep() implements Lifecycle {}

    /**
     * State of what stops training is freed.
     *
     * @param resetEvery steps after which the state of what trains on starts again too, 0 for never; BAdam gives the selector's interval
     */
    public record DropOnFreeze(int resetEvery) implements Lifecycle {}

    /** Where other elements of a parameter begin to train, state moves with those that stay, and the new ones start at zero. Otherwise like {@link Keep}. */
    public record RemapSupport() implements Lifecycle {}

    /**
     * State starts again every so often.
     *
     * @param every steps between two starts
     * @param groups names of the groups it happens to; empty for all
     * @param rewarm steps over which the rate rises again after it
     */
    public record ResetState(int every, Set<String> groups, int rewarm) implements Lifecycle {
        public ResetState {
            groups = groups == null ? Set.of() : new TreeSet<>(groups);
        }
    }

    /** How large a gradient may be. The norm that is shown is always the one before clipping. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Clip.None.class, name = "None"), @JsonSubTypes.Type(value = Clip.Value.class, name = "Value"),
            @JsonSubTypes.Type(value = Clip.PerTensor.class, name = "PerTensor"), @JsonSubTypes.Type(value = Clip.Global.class, name = "Global"),
            @JsonSubTypes.Type(value = Clip.PerGroup.class, name = "PerGroup")})
    public sealed interface Clip {
        /** The bound, 0 for none. */
        default double limit() {
            return 0;
        }

        record None() implements Clip {}

        /** Each element by itself. */
        record Value(double limit) implements Clip {}

        /** The norm of each tensor. */
        record PerTensor(double limit) implements Clip {}

        /** The norm of the gradients of one group of parameters: where groups are jobs that share a base, that of each job. */
        record PerGroup(double limit) implements Clip {}

        /**
         * The norm of all gradients together. Where parameters are stepped in the backward pass that norm is not known in time: each tensor is then clipped by its own.
         *
         * @param normPass true finds the norm by a first backward pass that steps nothing; twice the time
         */
        record Global(double limit, boolean normPass) implements Clip {}
    }

    /**
     * How a group of parameters differs.
     *
     * @param rate factor of the rate
     * @param decay false takes weight decay away
     * @param clip in place of the optimizer's, or null
     * @param floor least value that an element may have after a step, or null
     */
    public record Group(double rate, boolean decay, Clip clip, Double floor) {
        public static final Group PLAIN = new Group(1, true, null, null);

        /** At another rate. */
        public static Group atRate(double factor) {
            return new Group(factor, true, null, null);
        }
    }

    /** @param warmup share of the steps over which the rate rises from zero */
    public record Schedule(double rate, double warmup, Shape shape) {
        public enum Shape {
            CONSTANT, LINEAR, COSINE
        }

        /** The rate at a step (from 0) of a run of {@code total} steps. */
        public double at(long step, long total) {
            long rise = Math.round(warmup * total);
            if (step < rise) {
                return rate * (step + 1) / rise;
            }
            double left = total <= rise ? 0 : Math.min(1, (double) (step - rise) / (total - rise));
            return switch (shape) {
                case CONSTANT -> rate;
                case LINEAR -> rate * (1 - left);
                case COSINE -> rate * (0.1 + 0.45 * (1 + Math.cos(Math.PI * left)));
            };
        }
    }
}
