package headroom.engine.model;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.ops.Attention;

/**
 * What every layer of one batch shares.
 *
 * @param lengths valid tokens of each sequence [B] (int64); borrowed
 * @param causal true if a token sees only itself and what is before it
 * @param cos rotary cosines [T, D/2], null with learned positions; borrowed, like {@code sin}
 * @param cache keys and values of what was read before, null outside generation; layers take theirs by their place
 * @param texts which token belongs to which text, null where a row is one text
 */
record BatchContext(Tensor lengths, boolean causal, Tensor cos, Tensor sin, KeyValueCache cache, Model.Texts texts) {
    /** The same with other rotary tables; borrowed. */
    BatchContext turnedBy(Tensor otherCos, Tensor otherSin) {
        return new BatchContext(lengths, causal, otherCos, otherSin, cache, texts);
    }

    /** Attention of a layer with so many heads, which may differ from layer to layer. */
    Attention.Spec attention(long heads, long kvHeads) {
        return new Attention.Spec(lengths, heads, kvHeads, causal, texts == null ? null : texts.slots());
    }
}
