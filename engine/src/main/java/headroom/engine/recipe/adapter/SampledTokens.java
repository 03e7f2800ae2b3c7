package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.model.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The tokens that a prompt or prefix starts from: those that were named, repeated in turn, or some of the vocabulary's frequent ones. */
final class SampledTokens {
    /** Vocabularies are learned by frequency, so these are the frequent ones ("prompt tuning" samples among 5,000). */
    private static final int FREQUENT = 5000;

    private SampledTokens() {}

    /**
     * @param named ids, or empty to sample
     * @throws IllegalArgumentException if an id is not in the vocabulary
     */
    static int[] of(ModelConfig config, List<Integer> named, int count, long seed) {
        for (int id : named) {
            if (id < 0 || id >= config.vocab()) {
                throw new IllegalArgumentException("token " + id + " to start from is not in the vocabulary; expected 0 to " + (config.vocab() - 1));
            }
        }
        int[] drawn = named.isEmpty() ? Keys.permutation(Keys.key(seed, "start tokens", "", 0), Math.min(FREQUENT, config.vocab())) : named.stream().mapToInt(i -> i).toArray();
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = drawn[i % drawn.length];
        }
        return out;
    }

    /** The ids on the machine [n], owned by the caller. */
    static Tensor upload(Compute c, int... ids) {
        return c.upload(Category.DATA, "start tokens", DType.I64, Shape.of(ids.length), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(ids.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int id : ids) {
                b.putLong(id);
            }
            return b.flip();
        });
    }
}
