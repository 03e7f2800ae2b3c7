package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import java.util.List;

/** Slot 2, adapter: new parameters beside the base model. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = AdapterChoice.None.class, name = "None"), @JsonSubTypes.Type(value = AdapterChoice.LowRank.class, name = "LoRA"),
        @JsonSubTypes.Type(value = AdapterChoice.ActivationGates.class, name = "ActivationGates"), @JsonSubTypes.Type(value = AdapterChoice.AddedBias.class, name = "AddedBias"),
        @JsonSubTypes.Type(value = AdapterChoice.Bottleneck.class, name = "Bottleneck"), @JsonSubTypes.Type(value = AdapterChoice.PrefixKv.class, name = "PrefixKv"),
        @JsonSubTypes.Type(value = AdapterChoice.PromptTokens.class, name = "PromptTokens")})
public sealed interface AdapterChoice {
    record None() implements AdapterChoice {}

    /**
     * Low-rank pairs beside linear sites (LoRA): y += (alpha / rank) · B·A·x.
     *
     * @param rank r
     * @param alpha the scale is alpha / rank
     * @param dropout share of the branch's input that is dropped in training
     * @param targets last names of the sites, e.g. {@code q}, or {@code all}
     */
    record LowRank(int rank, double alpha, double dropout, List<String> targets) implements AdapterChoice {
        public LowRank {
            targets = List.copyOf(targets);
        }
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
     * @param points patterns of the points, e.g. {@code attention}, {@code mlp} or {@code block}
     */
    record Bottleneck(int width, Nonlinearity activation, boolean parallel, boolean residual, double scale, boolean norm, List<String> points) implements AdapterChoice {
        public Bottleneck {
            points = List.copyOf(points);
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
}
