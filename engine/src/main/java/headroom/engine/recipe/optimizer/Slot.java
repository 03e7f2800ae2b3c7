package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.memory.Tier;
import java.util.function.UnaryOperator;

/** One named piece of a parameter's optimizer state, as it is kept between steps. */
sealed interface Slot extends AutoCloseable {
    /** A plain tensor. */
    record Dense(Tensor tensor) implements Slot {
        @Override
        public void clear(Compute c) {
            c.apply(CoreKernels.FILL_INTO, tensor, 0.0);
        }

        @Override
        public Slot moved(UnaryOperator<Tensor> move) {
            return new Dense(move.apply(tensor));
        }

        @Override
        public Tier tier() {
            return tensor.account().tier();
        }

        @Override
        public void close() {
            tensor.close();
        }
    }

    /**
     * Codes of blocks with a scale each.
     *
     * @param codes [n] U8
     * @param scales [⌈n/block⌉] F32
     */
    record Coded(Tensor codes, Tensor scales) implements Slot {
        /** A scale of zero makes every level zero. */
        @Override
        public void clear(Compute c) {
            c.apply(CoreKernels.FILL_INTO, scales, 0.0);
        }

        @Override
        public Slot moved(UnaryOperator<Tensor> move) {
            Tensor first = move.apply(codes);
            try {
                return new Coded(first, move.apply(scales));
            } catch (RuntimeException e) {
                first.close();
                throw e;
            }
        }

        @Override
        public Tier tier() {
            return codes.account().tier();
        }

        @Override
        public void close() {
            codes.close();
            scales.close();
        }
    }

    /** Makes it all zeros. */
    void clear(Compute c);

    /** The same with another tensor for each; what happens to the old ones is the move's affair. */
    Slot moved(UnaryOperator<Tensor> move);

    Tier tier();

    @Override
    void close();
}
