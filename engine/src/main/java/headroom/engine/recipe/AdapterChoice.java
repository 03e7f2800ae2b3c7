package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Slot 2, adapter: new parameters beside the base model. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = AdapterChoice.None.class, name = "None"), @JsonSubTypes.Type(value = AdapterChoice.LowRank.class, name = "LoRA"),
        @JsonSubTypes.Type(value = AdapterChoice.ActivationGates.class, name = "ActivationGates"), @JsonSubTypes.Type(value = AdapterChoice.AddedBias.class, name = "AddedBias"),
        @JsonSubTypes.Type(value = AdapterChoice.Bottleneck.class, name = "Bottleneck"), @JsonSubTypes.Type(value = AdapterChoice.PrefixKv.class, name = "PrefixKv"),
        @JsonSubTypes.Type(value = AdapterChoice.PromptTokens.class, name = "PromptTokens"),
        @JsonSubTypes.Type(value = AdapterChoice.QueryTokens.class, name = "QueryTokens"),
        @JsonSubTypes.Type(value = AdapterChoice.WeightNorm.class, name = "WeightNormLoRA"), @JsonSubTypes.Type(value = AdapterChoice.Vera.class, name = "VeraScaling"),
        @JsonSubTypes.Type(value = AdapterChoice.Triplets.class, name = "TripletLoRA"),
        @JsonSubTypes.Type(value = AdapterChoice.SegmentedLowRank.class, name = "SegmentedLoRA"),
        @JsonSubTypes.Type(value = AdapterChoice.LadderNetwork.class, name = "LadderNetwork")})
public sealed interface AdapterChoice {
    record None() implements AdapterChoice {}

    /** How the change of a pair is scaled. */
    enum Scaling {
        /** s = α / r (LoRA). */
        ALPHA_BY_RANK,
        /** s = α / √r (rsLoRA): the change keeps its size when r grows. */
        ALPHA_BY_ROOT_RANK,
        /** s = α. */
        FIXED;

        /** s for a rank. */
        public double of(double alpha, int rank) {
            return switch (this) {
                case ALPHA_BY_RANK -> alpha / rank;
                case ALPHA_BY_ROOT_RANK -> alpha / Math.sqrt(rank);
                case FIXED -> alpha;
            };
        }
    }

    /** Where a pair starts. Both leave the model's output as it was. */
    enum Start {
        /** A drawn, B at zero. */
        ZERO,
        /** The leading singular part of the weight; what remains is stored in its place (PiSSA). */
        PISSA
    }

    /**
     * Low-rank pairs beside linear sites (LoRA): y += s · B·A·x.
     *
     * @param rank r
     * @param alpha the scale is made of it and r
     * @param dropout share of the branch's input that is dropped in training
     * @param targets last names of the sites, e.g. {@code q}, or {@code all}
     * @param scaling how, α / r unless said otherwise
     * @param start where the pairs start, B at zero unless said otherwise
     * @param ranks rank of single sites, by path or last name, where it is not r
     */
    record LowRank(int rank, double alpha, double dropout, List<String> targets, Scaling scaling, Start start, Map<String, Integer> ranks) implements AdapterChoice {
        public LowRank {
            targets = List.copyOf(targets);
            // recipes of older runs do not name these
            scaling = scaling == null ? Scaling.ALPHA_BY_RANK : scaling;
            start = start == null ? Start.ZERO : start;
            ranks = ranks == null ? Map.of() : new TreeMap<>(ranks);
        }

        /** Plain LoRA: s = α / r, B at zero, one rank. */
        public LowRank(int rank, double alpha, double dropout, List<String> targets) {
            this(rank, alpha, dropout, targets, Scaling.ALPHA_BY_RANK, Start.ZERO, Map.of());
        }

        public LowRank with(Scaling s) {
            return new LowRank(rank, alpha, dropout, targets, s, start, ranks);
        }

        public LowRank with(Start s) {
            return new LowRank(rank, alpha, dropout, targets, scaling, s, ranks);
        }

        public LowRank withRanks(Map<String, Integer> r) {
            return new LowRank(rank, alpha, dropout, targets, scaling, start, r);
        }

        /** Rank at a site: by its path, else by its last name, else r. */
        public int rankAt(String path) {
            return ranks.getOrDefault(path, ranks.getOrDefault(path.substring(path.lastIndexOf('.') + 1), rank));
        }
    }

    /**
     * A pair that turns a weight, and one number a row that stretches it (DoRA): W' = m ⊙ (W + s·B·A) / ‖W + s·B·A‖ by rows, m starting at ‖W‖.
     *
     * @param pair rank, scale, dropout and sites of the pairs, which start at zero
     * @param exactNorm false treats the norm as a constant in the backward pass (as DoRA does), true lets the gradient through it
     */
    record WeightNorm(LowRank pair, boolean exactNorm) implements AdapterChoice {}

    /**
     * Two random matrices for the whole model, made again from the run's seed, and trained vectors of their own at each site (VeRA): y += λb ⊙ B·(λd ⊙ A·x).
     *
     * @param rank r of the shared matrices
     * @param dropout share of the branch's input that is dropped in training
     * @param start of λd; λb starts at zero
     * @param targets last names of the sites, or {@code all}
     */
    record Vera(int rank, double dropout, double start, List<String> targets) implements AdapterChoice {
        public Vera {
            targets = List.copyOf(targets);
        }
    }

    /**
     * Pairs with a number for each of their r directions, so that directions can be switched off one by one (AdaLoRA): y += (α / r) · B·diag(E)·A·x, E starting at zero.
     *
     * @param rank r that every site starts with
     * @param alpha the scale is alpha / rank
     * @param dropout share of the branch's input that is dropped in training
     * @param orthogonality factor of the penalty that holds the rows of A, and the columns of B, orthogonal to each other; 0 for none
     * @param targets last names of the sites, or {@code all}
     */
    record Triplets(int rank, double alpha, double dropout, double orthogonality, List<String> targets) implements AdapterChoice {
        public Triplets {
            targets = List.copyOf(targets);
        }
    }

    /**
     * Several sets of low-rank pairs on one base, each for other rows of a batch (LoRAFusion).
     *
     * @param sets in the order of the rows; each has a name of its own
     */
    record SegmentedLowRank(List<Member> sets) implements AdapterChoice {
        public SegmentedLowRank {
            sets = List.copyOf(sets);
        }

        /**
         * One set.
         *
         * @param name in paths of parameters, as a group of the optimizer, and for people
         * @param seed added to that of the run: the set starts, and drops, as in a run of that seed
         * @param pair rank, scale, dropout and sites
         */
        public record Member(String name, long seed, LowRank pair) {}
    }

    /**
     * Vectors that scale activations, starting at 1 ((IA)³): y ← y ⊙ l.
     *
     * @param points patterns of the points, e.g. {@code k}, {@code v} and {@code mlp.inner}
     */
    record ActivationGates(List<String> points) implements AdapterChoice {
        public ActivationGates {
            points = List.copyOf(points);
        }
    }

    /**
     * Biases that start at zero, on linear sites that have none.
     *
     * @param targets patterns of the sites, or {@code all}
     */
    record AddedBias(List<String> targets) implements AdapterChoice {
        public AddedBias {
            targets = List.copyOf(targets);
        }
    }

    /** Nonlinearity of a bottleneck. */
    enum Nonlinearity {
        RELU, GELU, SWISH, TANH
    }

    /**
     * Networks d → r → d on the stream (Houlsby, Pfeiffer, MAM): y ← y + s·up(φ(down(y))).
     *
     * @param width r
     * @param activation φ
     * @param parallel true reads what the module read whose output is changed, instead of that output
     * @param residual false puts the network's output in the place of y; always true in parallel
     * @param scale s
     * @param norm true normalises what the network reads
     * @param points patterns of the points, e.g. {@code attention}, {@code mlp} or {@code block}; at {@code stream}, of a reversible pair, the network is a function of its own
     * @param behind patterns of those points where the network reads the output although others run in parallel
     * @param start deviation of the normal numbers that {@code up} starts with; at 0 the tuned model starts as the base model
     */
    record Bottleneck(int width, Nonlinearity activation, boolean parallel, boolean residual, double scale, boolean norm, List<String> points, List<String> behind, double start)
            implements AdapterChoice {
        public Bottleneck {
            points = List.copyOf(points);
            // recipes of older runs have all networks in one form
            behind = behind == null ? List.of() : List.copyOf(behind);
        }

        /** All networks in one form, starting at zero. */
        public Bottleneck(int width, Nonlinearity activation, boolean parallel, boolean residual, double scale, boolean norm, List<String> points) {
            this(width, activation, parallel, residual, scale, norm, points, List.of(), 0);
        }
    }

    /** Where vectors in front of a text start. */
    enum FrontStart {
        /** Normal with deviation 0.02, by key. */
        NORMAL,
        /** As real tokens: their embeddings, or the keys and values that the base model makes of them. */
        TOKENS
    }

    /**
     * Trained keys and values in front of those of the tokens, in every layer (prefix tuning, P-tuning v2).
     *
     * @param length rows p
     * @param hidden width of the network that makes them from p vectors, 0 for a table
     * @param dropout share of their elements that is dropped in training
     * @param start where a table starts
     * @param tokens ids to start from; empty samples frequent ones
     * @param firstToken true lets the task head of an encoder read the first token instead of the mean
     */
    record PrefixKv(int length, int hidden, double dropout, FrontStart start, List<Integer> tokens, boolean firstToken) implements AdapterChoice {
        public PrefixKv {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * Trained vectors in front of the embeddings of every text (prompt tuning).
     *
     * @param length vectors p
     * @param start where they start
     * @param tokens ids to start from; empty samples frequent ones
     */
    record PromptTokens(int length, FrontStart start, List<Integer> tokens) implements AdapterChoice {
        public PromptTokens {
            tokens = List.copyOf(tokens);
        }
    }

    /** Where the blocks of a network beside the model's start. */
    enum LadderStart {
        /** Drawn by key. */
        RANDOM,
        /** Cut out of the model's own blocks: the widths whose weights are largest. */
        PRUNED,
        /** Cut out of them: the widths whose squared gradients are largest over some examples ({@link RunChoice.FisherScores}). */
        FISHER
    }

    /**
     * A narrow transformer beside the frozen one, fed by what its blocks make, whose output the head reads instead of the model's (LST). Run by activations UntapedBlocks.
     *
     * @param reduction r: every width of it is the model's by r
     * @param every it reads every so many blocks, counted from the last; 0 reads the last alone
     * @param taps the blocks that it reads by number, counted from 0, where these are chosen; else empty
     * @param start of its blocks
     * @param dropout share of the elements dropped in it, while training
     */
    record LadderNetwork(int reduction, int every, List<Integer> taps, LadderStart start, double dropout) implements AdapterChoice {
        public LadderNetwork {
            taps = taps == null ? List.of() : taps.stream().sorted().distinct().toList();
            start = start == null ? LadderStart.RANDOM : start;
        }

        /** Numbers of the blocks that it reads, of so many, ascending. */
        public List<Integer> tapped(int blocks) {
            return !taps.isEmpty() ? taps : IntStream.range(0, blocks).filter(i -> i == blocks - 1 || every > 0 && (blocks - 1 - i) % every == 0).boxed().toList();
        }
    }

    /** What a layer that queries read keeps of its tokens for the backward pass. */
    enum KeptForQueries {
        /** Keys and values: twice the width of keys a token. */
        KEYS_AND_VALUES,
        /** Its input, once the width of the model: norm, keys, values and the queries' way are computed again. */
        INPUT
    }

    /**
     * Trained queries beside the tokens of every frozen layer, which read its keys and values and leave it for the head (VQT). They make a classifier.
     *
     * @param count queries t of a layer
     * @param dropout share of their elements that is dropped in training
     * @param kept of the tokens of a layer
     */
    record QueryTokens(int count, double dropout, KeptForQueries kept) implements AdapterChoice {
        public QueryTokens {
            // not every recipe says it
            kept = kept == null ? KeptForQueries.KEYS_AND_VALUES : kept;
        }

        /** Queries whose layers keep keys and values. */
        public QueryTokens(int count, double dropout) {
            this(count, dropout, KeptForQueries.KEYS_AND_VALUES);
        }
    }
}
