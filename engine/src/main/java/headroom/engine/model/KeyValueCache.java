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
import java.util.ArrayList;
import java.util.List;

/** Keys and values of the tokens that a decoder has read, for every layer: 2·C·K·D elements each, so that a further token costs one row of work. For one text. */
final class KeyValueCache implements AutoCloseable {
    private final long capacity;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private long filled;

    /**
     * @param owners paths of the layers
     * @param widths K·D of each layer
     * @param capacity most tokens of the text, C
     */
    KeyValueCache(Compute c, DType dtype, List<String> owners, List<Long> widths, long capacity) {
        this.capacity = capacity;
        try {
            for (int i = 0; i < owners.size(); i++) {
                keys.add(c.zeros(Category.WORKSPACE, owners.get(i), dtype, Shape.of(capacity, widths.get(i))));
                values.add(c.zeros(Category.WORKSPACE, owners.get(i), dtype, Shape.of(capacity, widths.get(i))));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    long capacity() {
        return capacity;
    }

    /** Tokens read so far. */
    long filled() {
        return filled;
    }

    /** Every layer has read {@code tokens} more. */
    void advance(long tokens) {
        filled += tokens;
    }

    /** Attention of one layer over the cache: puts the new keys and values into it first. The text so far in one go, then token by token. */
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
            try (Tensor k = keys.get(layer).rows(filled, filled + n); Tensor v = values.get(layer).rows(filled, filled + n)) {
                c.apply(CoreKernels.COPY_INTO, k, in[1]);
                c.apply(CoreKernels.COPY_INTO, v, in[2]);
            }
            if (filled > 0 && n == 1) {
                return c.call(AttentionKernels.ATTENTION_STEP, in[0], keys.get(layer), values.get(layer), filled + 1, spec.heads(), spec.kvHeads());
            }
            if (filled > 0) {
                throw new IllegalStateException(n + " tokens after " + filled + " that were read; expected one at a time");
            }
            Tensor[] y = c.run(AttentionKernels.ATTENTION, in[0], in[1], in[2], spec.lengths(), spec.heads(), spec.kvHeads(), spec.causal());
            y[1].close();
            return y[0];
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
