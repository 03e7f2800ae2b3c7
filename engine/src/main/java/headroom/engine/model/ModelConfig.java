package headroom.engine.model;

import java.util.Optional;

/**
 * The shape of a transformer: everything that decides its parameters and its forward pass, and nothing else.
 *
 * <p>Read from published configurations by {@link HuggingFaceConfig}; the catalogue of those is {@link ModelShapes}.
 *
 * @param family       which architecture's wiring and weight names
 * @param layers       number of blocks
 * @param hidden       width d of the residual stream
 * @param heads        query heads
 * @param kvHeads      key and value heads; fewer than {@code heads} means grouped queries
 * @param headDim      width of one head; {@code heads · headDim} may differ from {@code hidden}
 * @param intermediate width F of the feed-forward layer
 * @param vocab        rows of the word embedding
 * @param embedding    width of the word embedding; differs from {@code hidden} in OPT-350M only, which then projects in and out
 * @param maxPositions longest sequence the positions allow, in tokens
 * @param positions    how a token's place is told to the model
 * @param positionOffset rows of a learned position table that precede the row of the first token (2 in RoBERTa and OPT)
 * @param tokenTypes   rows of the token type table, 0 where there is none
 * @param ropeTheta    base of the rotary angles, 0 without rotary positions
 * @param ropeScaling  stretching of the rotary angles to longer texts (Llama 3.1)
 * @param slidingWindow tokens a query sees back, itself included; 0 for all
 * @param norm         kind of normalisation
 * @param normEps      its ε
 * @param normPlace    before each sub-layer, or after its residual sum
 * @param finalNorm    whether a norm follows the last block (OPT-350M has none)
 * @param activation   of the feed-forward layer
 * @param gated        three feed-forward matrices with {@code act(gate) · up}, instead of two
 * @param qkvBias      biases on query, key and value
 * @param outBias      bias on the attention output
 * @param mlpBias      biases on the feed-forward matrices
 * @param tiedHead     the language-model head shares the word embedding
 * @param pooler       a dense tanh layer over the first token (published BERT and RoBERTa encoders)
 * @param bosToken     id of the token that opens a text, -1 where none is published
 * @param eosToken     id of the token that closes a text, -1 where none is published
 * @param padToken     id of the padding token, -1 where none is published
 */
public record ModelConfig(
        Family family, int layers, int hidden, int heads, int kvHeads, int headDim, int intermediate,
        int vocab, int embedding,
        int maxPositions, Positions positions, int positionOffset, int tokenTypes,
        double ropeTheta, Optional<RopeScaling> ropeScaling, int slidingWindow,
        Norm norm, double normEps, NormPlace normPlace, boolean finalNorm,
        Activation activation, boolean gated, boolean qkvBias, boolean outBias, boolean mlpBias,
        boolean tiedHead, boolean pooler, int bosToken, int eosToken, int padToken) {

    /** Architectures, each with the wiring and the weight names of its published checkpoints. */
    public enum Family {
        BERT, ROBERTA, GPT2, OPT, LLAMA, MISTRAL, QWEN2;

        /** Whether the model reads both ways and has no language-model head of its own. */
        public boolean isEncoder() {
            return this == BERT || this == ROBERTA;
        }
    }

    /** How a token's place is told to the model. */
    public enum Positions { LEARNED, ROTARY }

    /** Kinds of normalisation: with mean, weight and bias; or root mean square with a weight only. */
    public enum Norm { LAYER_NORM, RMS_NORM }

    /** Where a norm stands in a block. */
    public enum NormPlace { BEFORE, AFTER }

    /** Activations of the feed-forward layer; {@code GELU} uses erf, {@code GELU_TANH} the tanh approximation. */
    public enum Activation { GELU, GELU_TANH, RELU, SILU }

    /**
     * Frequency-dependent stretching of rotary angles (Llama 3.1).
     *
     * @param factor            stretch of the long wavelengths
     * @param lowFreqFactor     wavelengths above {@code originalPositions / lowFreqFactor} are stretched fully
     * @param highFreqFactor    wavelengths below {@code originalPositions / highFreqFactor} are left alone
     * @param originalPositions longest sequence before stretching
     */
    public record RopeScaling(double factor, double lowFreqFactor, double highFreqFactor, int originalPositions) {
    }

    public ModelConfig {
        atLeast("layers", layers, 1);
        atLeast("hidden", hidden, 1);
        atLeast("heads", heads, 1);
        atLeast("kvHeads", kvHeads, 1);
        atLeast("headDim", headDim, 1);
        atLeast("intermediate", intermediate, 1);
        atLeast("vocab", vocab, 1);
        atLeast("embedding", embedding, 1);
        atLeast("maxPositions", maxPositions, 1);
        atLeast("positionOffset", positionOffset, 0);
        atLeast("tokenTypes", tokenTypes, 0);
        atLeast("slidingWindow", slidingWindow, 0);
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(heads + " query heads cannot be shared evenly by " + kvHeads + " key-value heads");
        }
        if (!(normEps > 0 && normEps < 1)) {
            throw new IllegalArgumentException("norm epsilon " + normEps + " is not between 0 and 1");
        }
        if (positions == Positions.ROTARY && (headDim % 2 != 0 || !(ropeTheta > 0))) {
            throw new IllegalArgumentException("rotary positions need an even head width and a positive theta; found "
                    + headDim + " and " + ropeTheta);
        }
    }

    /** Width of all query heads together. */
    public int queryWidth() {
        return Math.multiplyExact(heads, headDim);
    }

    /** Width of all key (or value) heads together. */
    public int kvWidth() {
        return Math.multiplyExact(kvHeads, headDim);
    }

    /** Rows of the learned position table, 0 with rotary positions. */
    public int positionRows() {
        return positions == Positions.LEARNED ? maxPositions + positionOffset : 0;
    }

    /** Whether a language-model head with weights of its own belongs to the model. */
    public boolean ownHead() {
        return !family.isEncoder() && !tiedHead;
    }

    /** Whether the word embedding is projected to the residual width and back (OPT-350M). */
    public boolean projectsEmbedding() {
        return embedding != hidden;
    }

    /** The same shape without the layer over the first token. */
    public ModelConfig withoutPooler() {
        return !pooler ? this : new ModelConfig(family, layers, hidden, heads, kvHeads, headDim, intermediate, vocab, embedding, maxPositions, positions,
                positionOffset, tokenTypes, ropeTheta, ropeScaling, slidingWindow, norm, normEps, normPlace, finalNorm, activation, gated, qkvBias, outBias,
                mlpBias, tiedHead, false, bosToken, eosToken, padToken);
    }

    /** The shape of blocks that are {@code r} times narrower in every width, with as many heads; of so many of them. */
    public ModelConfig narrowed(int r, int blocks) {
        if (r < 1 || hidden % r != 0 || headDim % r != 0 || positions == Positions.ROTARY && headDim / r % 2 != 0 || intermediate < r) {
            throw new IllegalArgumentException("blocks of width " + hidden + " with heads of " + headDim + " cannot be " + r + " times narrower; expected a divisor of both"
                    + (positions == Positions.ROTARY ? " that leaves rotary heads an even width" : ""));
        }
        return new ModelConfig(family, blocks, hidden / r, heads, kvHeads, headDim / r, intermediate / r, vocab, hidden / r, maxPositions, positions, positionOffset, tokenTypes, ropeTheta, ropeScaling,
                slidingWindow, norm, normEps, normPlace, finalNorm, activation, gated, qkvBias, outBias, mlpBias, tiedHead, pooler, bosToken, eosToken, padToken);
    }

    /** Number of parameters, counted as published: tied weights once, encoders without a language-model head. */
    public long parameterCount() {
        return embeddingParameters() + (long) layers * blockParameters() + headParameters();
    }

    /** Parameters before the first block: tables, their norm and their projection. */
    public long embeddingParameters() {
        long tables = (long) vocab * embedding + (long) positionRows() * hidden + (long) tokenTypes * hidden;
        long projection = projectsEmbedding() ? (long) embedding * hidden : 0;
        return tables + projection + (family.isEncoder() ? normParameters() : 0);
    }

    /** Parameters of one block. */
    public long blockParameters() {
        long d = hidden;
        long qkv = d * queryWidth() + 2 * d * kvWidth() + (qkvBias ? queryWidth() + 2L * kvWidth() : 0);
        long out = (long) queryWidth() * d + (outBias ? d : 0);
        long inward = gated ? 2 : 1;
        long mlp = (inward + 1) * d * intermediate + (mlpBias ? inward * intermediate + d : 0);
        return qkv + out + mlp + 2 * normParameters();
    }

    /** Parameters after the last block: final norm, projection, pooler and head. */
    public long headParameters() {
        long d = hidden;
        return (finalNorm ? normParameters() : 0)
                + (projectsEmbedding() ? d * embedding : 0)
                + (pooler ? d * d + d : 0)
                + (ownHead() ? (long) vocab * embedding : 0);
    }

    private long normParameters() {
        return norm == Norm.LAYER_NORM ? 2L * hidden : hidden;
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least " + least);
        }
    }
}
