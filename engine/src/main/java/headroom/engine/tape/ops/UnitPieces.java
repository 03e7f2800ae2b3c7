package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.QueryKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/**
 * Pieces side by side, each divided by its length: inputs [B·n, d], with an n and d of their own, → [B, W]; the n rows of a sequence are one piece of n·d numbers. Columns that no
 * input fills stay zero. Saves the pieces that need a gradient.
 */
public final class UnitPieces implements Op {
    private final long batch;
    private final long width;
    private Saved[] pieces;
    private long[] widths;

    /**
     * @param batch B
     * @param width W
     */
    public UnitPieces(long batch, long width) {
        this.batch = batch;
        this.width = width;
    }

    @Override
    public String name() {
        return "pieces of length 1";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        pieces = new Saved[in.length];
        widths = new long[in.length];
        Tensor out = c.zeros(Category.WORKSPACE, c.owner(), in[0].dtype(), Shape.of(batch, width));
        long at = 0;
        for (int i = 0; i < in.length; i++) {
            widths[i] = in[i].elements() / batch;
            try (Tensor piece = in[i].view(batch, widths[i])) {
                c.apply(QueryKernels.PUT_UNIT_PIECE_INTO, out, piece, at);
            }
            if (f.needs(i)) {
                pieces[i] = f.save(Keeper.Role.NONLINEAR, in[i]);
            }
            at += widths[i];
        }
        return out;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        long at = 0;
        for (int i = 0; i < pieces.length; i++) {
            if (pieces[i] != null) {
                try (Tensor x = pieces[i].get(); Tensor piece = x.view(batch, widths[i]); Tensor dx = b.compute().call(QueryKernels.UNIT_PIECE_DX, dy, piece, at)) {
                    b.give(i, dx.view(x.dim(0), x.dim(1)));
                }
            }
            at += widths[i];
        }
    }
}
