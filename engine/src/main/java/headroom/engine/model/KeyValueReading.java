package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.tape.Pass;

/** The keys and values that a model makes of one text, layer by layer: what a prefix may start from. */
public final class KeyValueReading implements AutoCloseable {
    private final KeyValueCache cache;

    private KeyValueReading(KeyValueCache cache) {
        this.cache = cache;
    }

    /**
     * Reads a text from its first position on.
     *
     * @param ids tokens [n] (int64)
     * @param length n, as a tensor [1] (int64)
     */
    public static KeyValueReading of(Compute c, Model model, Tensor ids, Tensor length) {
        long n = ids.dim(0);
        Model.Inputs text = new Model.Inputs(ids, null, length, 1, n);
        KeyValueCache cache = switch (model) {
            case TransformerDecoder d -> d.cache(c, n);
            case TransformerEncoder e -> e.cache(c, n);
            default -> throw new IllegalArgumentException("no keys and values in a model of " + model.config().family());
        };
        try {
            switch (model) {
                case TransformerDecoder d -> d.hidden(Pass.untaped(c), text, cache).release();
                case TransformerEncoder e -> e.read(Pass.untaped(c), text, cache);
                default -> throw new IllegalStateException(model.toString());
            }
            return new KeyValueReading(cache);
        } catch (RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    /** Keys of a layer [n, K·D], rotated where the family rotates; borrowed. */
    public Tensor keys(int layer) {
        return cache.keys(layer);
    }

    /** Values of a layer [n, K·D]; borrowed. */
    public Tensor values(int layer) {
        return cache.values(layer);
    }

    @Override
    public void close() {
        cache.close();
    }
}
