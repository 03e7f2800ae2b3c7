package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.HeadKernels;
import headroom.engine.compute.kernel.KeptTokenKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Op;

/** Some rows of x [N, d] taken out, and put back over the same rows. Nothing but the rows' numbers [M] (int64) is needed, which are borrowed until the backward pass is done. */
public final class KeptRows {
    private KeptRows() {}

    /** x → x[rows] [M, d]. */
    public static final class Take implements Op {
        private final Tensor rows;
        private long all;

        public Take(Tensor rows) {
            this.rows = rows;
        }

        @Override
        public String name() {
            return "take kept rows";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            all = in[0].dim(0);
            return f.compute().call(HeadKernels.PICK_ROWS, in[0], rows);
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            b.give(0, b.compute().call(HeadKernels.PICK_ROWS_DX, dy, rows, all));
        }
    }

    /** x, y [M, d] → x with y in the place of its rows. */
    public static final class Put implements Op {
        private final Tensor rows;

        public Put(Tensor rows) {
            this.rows = rows;
        }

        @Override
        public String name() {
            return "put kept rows";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            Compute c = f.compute();
            Tensor out = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
            c.apply(KeptTokenKernels.SET_ROWS_INTO, out, in[1], rows);
            return out;
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            Compute c = b.compute();
            if (b.needs(1)) {
                b.give(1, c.call(HeadKernels.PICK_ROWS, dy, rows));
            }
            if (b.needs(0)) {
                // what was put over the rows is all that is said of them
                Tensor dx = dy.isExclusive() ? dy.retain() : c.call(CoreKernels.COPY, dy);
                c.apply(KeptTokenKernels.CLEAR_ROWS_INTO, dx, rows);
                b.give(0, dx);
            }
        }
    }
}
