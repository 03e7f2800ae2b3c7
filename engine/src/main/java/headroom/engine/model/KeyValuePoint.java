package headroom.engine.model;

import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Attention;
import headroom.engine.tape.ops.PrefixAttention;
import java.util.List;

/** Keys and values of one attention, after rotation: the point where a prefix puts rows in front of them that every token may attend to. */
public final class KeyValuePoint implements Point {
    /** Keys and values [p, K·D] in front of those of the tokens, the same for every text. They have no position: those of the tokens do not move. */
    public interface Prefix {
        List<Parameter> parameters();

        /** Rows p, at least 1. */
        long length();

        /** Keys and values. */
        Value[] rows(Pass pass);
    }

    private final String path;
    private final int layer;
    private final long width;
    private Prefix prefix;

    KeyValuePoint(String path, int layer, long width) {
        this.path = path;
        this.layer = layer;
        this.width = width;
    }

    @Override
    public String path() {
        return path;
    }

    /** K·D. */
    @Override
    public long width() {
        return width;
    }

    @Override
    public List<Parameter> parameters() {
        return prefix == null ? List.of() : prefix.parameters();
    }

    /** @throws IllegalStateException if there is a prefix already */
    public void attach(Prefix p) {
        if (prefix != null) {
            throw new IllegalStateException(path + " has a prefix already; one is possible");
        }
        prefix = p;
    }

    /** Rows of its prefix, 0 without one. */
    long prefixLength() {
        return prefix == null ? 0 : prefix.length();
    }

    /** True if attention of a pass goes over nothing but the tokens of its batch. */
    boolean isPlain(Pass pass, BatchContext batch) {
        return batch.cache() == null && (prefix == null || !pass.adapters().on());
    }

    /** Attention of the layer, over its prefix too if it has one. The values are read for the last time. */
    Value attend(Pass pass, BatchContext batch, Attention.Spec spec, Value q, Value k, Value v) {
        if (prefix == null || !pass.adapters().on()) {
            Op plain = batch.cache() == null ? new Attention(spec) : batch.cache().attention(layer, spec);
            return pass.apply(plain, q.last(), k.last(), v.last());
        }
        if (batch.texts() != null) {
            throw new IllegalStateException(path + " has a prefix for whole rows, and these hold several texts; use one text a row");
        }
        String before = pass.compute().within(path);
        Value[] front = prefix.rows(pass);
        pass.compute().within(before);
        Op op = batch.cache() == null ? new PrefixAttention(spec) : batch.cache().attention(layer, spec);
        return pass.apply(op, q.last(), k.last(), v.last(), front[0].last(), front[1].last());
    }
}
