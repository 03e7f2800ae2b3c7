package headroom.engine.model;

import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.KeptTokenKernels;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.LastRotary;
import headroom.engine.tape.ops.PackedAttention;
import headroom.engine.tape.ops.PackedRotary;
import headroom.engine.tape.ops.QueryAttention;
import headroom.engine.tape.ops.Rotary;
import java.util.List;

/**
 * Self-attention of one layer: three linear sites, as one product where they can be, rotation of queries and keys where the family rotates, fused attention, one linear site.
 */
final class SelfAttention {
    private final String path;
    private final long heads;
    private final long kvHeads;
    private final LinearSite q;
    private final LinearSite k;
    private final LinearSite v;
    private final LinearSite out;
    private final SiteGroup qkv;
    private final KeyValuePoint keysAndValues;

    SelfAttention(ModelConfig c, WeightsFactory weights, String path, int layer) {
        this.path = path;
        this.q = site(weights, path + ".q", c.queryWidth(), c.hidden(), c.qkvBias());
        this.k = site(weights, path + ".k", c.kvWidth(), c.hidden(), c.qkvBias());
        this.v = site(weights, path + ".v", c.kvWidth(), c.hidden(), c.qkvBias());
        this.out = site(weights, path + ".out", c.hidden(), c.queryWidth(), c.outBias());
        this.qkv = new SiteGroup(path + ".qkv", q, k, v);
        // a storage may have taken heads out
        this.heads = q.out() / c.headDim();
        this.kvHeads = k.out() / c.headDim();
        this.keysAndValues = new KeyValuePoint(path + ".kv", layer, k.out());
    }

    /** A linear site whose bias, if it has one, starts at zero. */
    static LinearSite site(WeightsFactory weights, String path, long out, long in, boolean bias) {
        return new LinearSite(path, weights.matrix(path, out, in),
                bias ? weights.parameter(path + ".bias", Parameter.Role.BIAS, Shape.of(out), WeightsFactory.Start.ZERO) : null);
    }

    /** Keys and values of the tokens [N, K·D] as attention reads them. */
    @FunctionalInterface
    interface Taps {
        Taps NONE = (keys, values) -> { };

        /** The values are borrowed; who reads them later taps them ({@link Pass#tap}). */
        void take(Value keys, Value values);
    }

    /** x [N, d] → [N, d]; x is read for the last time if it is marked so. */
    Value forward(Pass pass, Value x, BatchContext batch) {
        return forward(pass, x, batch, Taps.NONE);
    }

    /** The same, showing keys and values. */
    Value forward(Pass pass, Value x, BatchContext batch, Taps taps) {
        if (taps == Taps.NONE && keysAndValues.isPlain(pass, batch) && qkv.isPacked(pass)) {
            return out.forward(pass, packed(pass, x, batch).last());
        }
        boolean last = x.takeLast();
        Value qs = q.forward(pass, x);
        Value ks = k.forward(pass, x);
        Value vs = v.forward(pass, last ? x.last() : x);
        String before = pass.compute().within(path);
        if (batch.cos() != null) {
            Tensor positions = batch.texts() == null ? null : batch.texts().positions();
            qs = pass.apply(new Rotary(batch.cos(), batch.sin(), positions, heads), qs.last());
            ks = pass.apply(new Rotary(batch.cos(), batch.sin(), positions, kvHeads), ks.last());
        }
        taps.take(ks, vs);
        Value mixed = keysAndValues.attend(pass, batch, batch.attention(heads, kvHeads), qs, ks, vs);
        pass.compute().within(before);
        return out.forward(pass, mixed.last());
    }

    /** Keys and values alone, as attention reads them; x is read for the last time. */
    Value[] keysAndValues(Pass pass, Value x, BatchContext batch) {
        x.takeLast();
        Value ks = k.forward(pass, x);
        Value vs = v.forward(pass, x.last());
        if (batch.cos() != null) {
            String before = pass.compute().within(path);
            ks = pass.apply(new Rotary(batch.cos(), batch.sin(), null, kvHeads), ks.last());
            pass.compute().within(before);
        }
        return new Value[] {ks, vs};
    }

    /**
     * What rows beside the tokens make of them: x [B·t, d] → [B·t, d]. They see all tokens of their sequence, causal or not; where positions turn queries and keys, they stand at
     * its last token.
     *
     * @param x read for the last time if it is marked so
     * @param keys as {@link Taps} showed them, read for the last time, like {@code values}
     */
    Value ask(Pass pass, Value x, BatchContext batch, Value keys, Value values) {
        Value qs = q.forward(pass, x);
        String before = pass.compute().within(path);
        if (batch.cos() != null) {
            qs = pass.apply(new LastRotary(batch.cos(), batch.sin(), batch.lengths(), heads), qs.last());
        }
        Value read = pass.apply(new QueryAttention(batch.lengths(), heads, kvHeads), qs.last(), keys.last(), values.last());
        pass.compute().within(before);
        return out.forward(pass, read.last());
    }

    /** The same with queries, keys and values in one tensor, which nobody else reads. */
    private Value packed(Pass pass, Value x, BatchContext batch) {
        Value all = qkv.forward(pass, x);
        String before = pass.compute().within(path);
        if (batch.cos() != null) {
            all = pass.apply(new PackedRotary(batch.cos(), batch.sin(), batch.texts() == null ? null : batch.texts().positions(), heads, kvHeads), all.last());
        }
        Value mixed = pass.apply(new PackedAttention(batch.attention(heads, kvHeads)), all.last());
        pass.compute().within(before);
        return mixed;
    }

    /** How much the tokens of each block attend and are attended to [B, n], owned by the caller; x is read for the last time. */
    Tensor informativeness(Pass pass, Value x, BatchContext batch, long tokens) {
        x.takeLast();
        Value qs = q.forward(pass, x);
        Value ks = k.forward(pass, x.last());
        if (batch.cos() != null) {
            qs = pass.apply(new Rotary(batch.cos(), batch.sin(), null, heads), qs.last());
            ks = pass.apply(new Rotary(batch.cos(), batch.sin(), null, kvHeads), ks.last());
        }
        Tensor scores = pass.compute().call(KeptTokenKernels.INFORMATIVENESS, qs.tensor(), ks.tensor(), batch.lengths(), heads, kvHeads, tokens);
        qs.release();
        ks.release();
        return scores;
    }

    long kvWidth() {
        return k.out();
    }

    KeyValuePoint keysAndValues() {
        return keysAndValues;
    }

    List<LinearSite> sites() {
        return List.of(q, k, v, out);
    }
}
