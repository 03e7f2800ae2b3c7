package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.HeadKernels;
import headroom.engine.compute.kernel.TokenKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** From token rows to one row per sequence, or to chosen rows. Saves nothing. */
public final class Pooling {
    private Pooling() {}

    /** Mean over the valid tokens: x [B·T, d] → [B, d]. */
    public static final class Mean implements Op {
        private final Tensor lengths;
        private final long length;

        /** @param lengths valid tokens [B] (int64), borrowed; {@code length} is T */
        public Mean(Tensor lengths, long length) {
            this.lengths = lengths;
            this.length = length;
        }

        @Override
        public String name() {
            return "mean pool";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            return f.compute().call(HeadKernels.MEAN_POOL, in[0], lengths, length);
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            b.give(0, b.compute().call(HeadKernels.MEAN_POOL_DX, dy, lengths, length));
        }
    }

    /** The last valid token of each sequence: x [B·T, d] → [B, d]. */
    public static final class Last implements Op {
        private final Tensor lengths;
        private final long length;

        /** @param lengths valid tokens [B] (int64), borrowed; {@code length} is T */
        public Last(Tensor lengths, long length) {
            this.lengths = lengths;
            this.length = length;
        }

        @Override
        public String name() {
            return "last token";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            try (Tensor ids = f.compute().call(HeadKernels.LAST_ROWS, lengths, length)) {
                return f.compute().call(HeadKernels.PICK_ROWS, in[0], ids);
            }
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            try (Tensor ids = b.compute().call(HeadKernels.LAST_ROWS, lengths, length)) {
                b.give(0, b.compute().call(HeadKernels.PICK_ROWS_DX, dy, ids, lengths.dim(0) * length));
            }
        }
    }

    /** Mean over the tokens of each text where rows hold several: x [N, d] → [S, d], zero for an empty slot. */
    public static final class TextMean implements Op {
        private final Tensor texts;
        private final long slots;

        /** @param texts slot of each token's text [N] (int64), −1 where there is none; borrowed */
        public TextMean(Tensor texts, long slots) {
            this.texts = texts;
            this.slots = slots;
        }

        @Override
        public String name() {
            return "mean pool";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            return f.compute().call(HeadKernels.TEXT_MEAN, in[0], texts, slots);
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            b.give(0, b.compute().call(HeadKernels.TEXT_MEAN_DX, dy, texts));
        }
    }

    /** The last token of each text where rows hold several: x [N, d] → [S, d]; an empty slot gets row 0, and no loss may count it. */
    public static final class TextLast implements Op {
        private final Tensor texts;
        private final long slots;

        /** @param texts slot of each token's text [N] (int64), −1 where there is none; borrowed */
        public TextLast(Tensor texts, long slots) {
            this.texts = texts;
            this.slots = slots;
        }

        @Override
        public String name() {
            return "last token";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            try (Tensor ids = f.compute().call(HeadKernels.TEXT_LAST, texts, slots)) {
                return f.compute().call(HeadKernels.PICK_ROWS, in[0], ids);
            }
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            try (Tensor ids = b.compute().call(HeadKernels.TEXT_LAST, texts, slots)) {
                b.give(0, b.compute().call(HeadKernels.PICK_ROWS_DX, dy, ids, texts.dim(0)));
            }
        }
    }

    /** The first token of each sequence: x [B·T, d] → [B, d]. */
    public static final class First implements Op {
        private final long batch;
        private final long length;

        /** @param length T */
        public First(long batch, long length) {
            this.batch = batch;
            this.length = length;
        }

        @Override
        public String name() {
            return "first token";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            try (Tensor ids = f.compute().call(TokenKernels.FIRST_ROWS, batch, length)) {
                return f.compute().call(HeadKernels.PICK_ROWS, in[0], ids);
            }
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            try (Tensor ids = b.compute().call(TokenKernels.FIRST_ROWS, batch, length)) {
                b.give(0, b.compute().call(HeadKernels.PICK_ROWS_DX, dy, ids, batch * length));
            }
        }
    }

    /** Rows by index: x [N, d], ids [M] → [M, d]. */
    public static final class Rows implements Op {
        private final Tensor ids;
        private long n;

        /** @param ids rows to take (int64), borrowed */
        public Rows(Tensor ids) {
            this.ids = ids;
        }

        @Override
        public String name() {
            return "pick rows";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            n = in[0].dim(0);
            return f.compute().call(HeadKernels.PICK_ROWS, in[0], ids);
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            b.give(0, b.compute().call(HeadKernels.PICK_ROWS_DX, dy, ids, n));
        }
    }
}
