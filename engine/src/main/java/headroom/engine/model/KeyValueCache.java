package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.AttentionKernels;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;
import headroom.engine.tape.ops.Attention;
import headroom.engine.tape.ops.PrefixAttention;
import java.util.ArrayList;
import java.util.List;

/** Keys and values of the tokens that a decoder has read, for every layer: 2·C·K·D elements each, so that a further token costs one row of work. For one text. */
final class KeyValueCache implements AutoCloseable {
    private final long capacity;
    private final long inserted;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private long filled;

    /**
     * @param owners paths of the layers
     * @param widths K·D of each layer
     * @param capacity most tokens of the text, C
     * @param inserted tokens of a prompt in front of the text
     * @param prefix rows of keys and values in front of both that have no position
     */
    KeyValueCache(Compute c, DType dtype, List<String> owners, List<Long> widths, long capacity, long inserted, long prefix) {
        this.capacity = capacity;
        this.inserted = inserted;
        try {
            for (int i = 0; i < owners.size(); i++) {
                Shape rows = Shape.of(prefix + inserted + capacity, widths.get(i));
                keys.add(c.zeros(Category.WORKSPACE, owners.get(i), dtype, rows));
                values.add(c.zeros(Category.WORKSPACE, owners.get(i), dtype, rows));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Positions that it has room for. */
    long positions() {
        return inserted + capacity;
    }

    /** Position of what is read next: the prompt is read with the beginning of the text. */
    long position() {
        return filled == 0 ? 0 : inserted + filled;
    }

    /** Tokens of the text read so far. */
    long filled() {
        return filled;
    }

    Tensor keys(int layer) {
        return keys.get(layer);
    }

    Tensor values(int layer) {
        return values.get(layer);
    }

    /** Every layer has read {@code tokens} more. */
    void advance(long tokens) {
        filled += tokens;
    }

    /**
     * Attention of one layer over the cache: puts the new keys and values into it first. The text so far in one go, then token by token. Inputs: q, k, v, and the keys
     * and values of a prefix if the layer has one.
     */
    Op attention(int layer, Attention.Spec spec) {
        return new Cached(layer, spec);
    }

    private final class Cached implements Op {
        private final int layer;
        private final Attention.Spec spec;

        Cached(int layer, Attention.Spec spec) {
            this.layer = layer;
            this.spec = spec;
        }

        @Override
        public String name() {
            return "cached attention";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            if (f.isTaped()) {
                throw new IllegalStateException("a cache of keys and values has no backward pass");
            }
            Compute c = f.compute();
            long n = in[0].dim(0);
            boolean prefixed = in.length > 3;
            long prefix = prefixed ? in[3].dim(0) : 0;
            long row = prefix + position();
            put(c, row, in[1], in[2]);
            if (filled > 0 && n == 1) {
                return c.call(AttentionKernels.ATTENTION_STEP, in[0], keys.get(layer), values.get(layer), row + 1, spec.heads(), spec.kvHeads());
            }
            if (filled > 0) {
                throw new IllegalStateException(n + " tokens after " + filled + " that were read; expected one at a time");
            }
            if (prefixed) {
                put(c, 0, in[3], in[4]);
            }
            Tensor[] y = prefixed ? PrefixAttention.forward(c, spec, in)
                    : c.run(AttentionKernels.ATTENTION, in[0], in[1], in[2], spec.lengths(), spec.heads(), spec.kvHeads(), spec.causal());
            y[1].close();
            return y[0];
        }

        private void put(Compute c, long row, Tensor newKeys, Tensor newValues) {
            long end = row + newKeys.dim(0);
            try (Tensor k = keys.get(layer).rows(row, end); Tensor v = values.get(layer).rows(row, end)) {
                c.apply(CoreKernels.COPY_INTO, k, newKeys);
                c.apply(CoreKernels.COPY_INTO, v, newValues);
            }
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            throw new IllegalStateException("a cache of keys and values has no backward pass");
        }
    }

    @Override
    public void close() {
        keys.forEach(Tensor::close);
        values.forEach(Tensor::close);
        keys.clear();
        values.clear();
    }
}
