package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.TokenKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** Rows in front of every sequence of a batch, put there and taken away again. Nothing is saved. */
public final class FrontRows {
    private FrontRows() {}

    /** x [B·T, d] and rows [p, d] → [B·(p+T), d]: the same rows before each sequence. */
    public static final class Insert implements Op {
        private final long length;
        private long rows;

        /** @param length T */
        public Insert(long length) {
            this.length = length;
        }

        @Override
        public String name() {
            return "insert tokens";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            rows = in[1].dim(0);
            return f.compute().call(TokenKernels.INSERT_ROWS, in[0], in[1], length);
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            if (b.needs(1)) {
                b.give(1, b.compute().call(TokenKernels.FRONT_SUM, dy, length + rows, rows));
            }
            if (b.needs(0)) {
                b.give(0, b.compute().call(TokenKernels.DROP_ROWS, dy, length + rows, rows));
            }
        }
    }

    /** x [B·(p+T), d] → [B·T, d]: without the first p rows of each sequence. */
    public static final class Drop implements Op {
        private final long length;
        private final long rows;

        /** @param length p + T */
        public Drop(long length, long rows) {
            this.length = length;
            this.rows = rows;
        }

        @Override
        public String name() {
            return "drop inserted tokens";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            return f.compute().call(TokenKernels.DROP_ROWS, in[0], length, rows);
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            Compute c = b.compute();
            try (Tensor none = c.zeros(Category.WORKSPACE, c.owner(), dy.dtype(), Shape.of(rows, dy.dim(1)))) {
                b.give(0, c.call(TokenKernels.INSERT_ROWS, dy, none, length - rows));
            }
        }
    }
}
