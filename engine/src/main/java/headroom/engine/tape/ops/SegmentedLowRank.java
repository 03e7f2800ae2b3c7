package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.LowRankKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pairs over row segments (LoRAFusion): rows of segment i get y ← y + s_i·(drop(x)·A_iᵀ)·B_iᵀ, each with a rank, scale and dropout of its own. Inputs: y [N, out], x [N, in].
 * Saves x once for all (shared with whoever else saved it); h_i = drop(x)·A_iᵀ of each segment is made again, or kept where A_i is frozen. A segment's rows are views, and its products are those of the segment alone, so
 * no gradient of one set depends on rows of another.
 */
public final class SegmentedLowRank implements Op {
    /**
     * Rows {@code from} to {@code to} (exclusive) and their pair.
     *
     * @param key name of the dropout mask
     * @param seed of the dropout mask
     */
    public record Part(Parameter a, Parameter b, double scale, double dropout, String key, long seed, long from, long to) {}

    private final List<Part> parts;
    private final InputDropout[] dropouts;
    private final Saved[] h;
    private Saved x;

    public SegmentedLowRank(List<Part> parts) {
        this.parts = List.copyOf(parts);
        this.dropouts = parts.stream().map(p -> new InputDropout(p.dropout(), p.key(), p.seed())).toArray(InputDropout[]::new);
        this.h = new Saved[parts.size()];
    }

    @Override
    public String name() {
        return "lora segments";
    }

    @Override
    public List<Parameter> parameters() {
        return parts.stream().flatMap(p -> Stream.of(p.a(), p.b())).toList();
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        Tensor y = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
        boolean keep = false;
        for (int i = 0; i < parts.size(); i++) {
            Part p = parts.get(i);
            dropouts[i].begin(f.pass());
            try (Tensor yy = y.rows(p.from(), p.to()); Tensor xx = in[1].rows(p.from(), p.to()); Tensor wa = f.read(p.a()); Tensor wb = f.read(p.b()); Tensor dropped = dropouts[i].of(c, xx)) {
                if (f.needs(p.b()) && !f.needs(p.a())) {
                    try (Tensor low = c.call(LinearKernels.LINEAR, dropped, wa)) {
                        c.apply(LinearKernels.LINEAR_ACC, yy, low, wb, p.scale());
                        h[i] = f.save(Keeper.Role.LINEAR_INPUT, low);
                    }
                } else {
                    c.apply(LowRankKernels.LORA_INTO, yy, dropped, wa, wb, p.scale());
                }
                keep |= f.needs(p.a());
            }
        }
        if (keep) {
            x = f.save(Keeper.Role.LINEAR_INPUT, in[1]);
        }
        return y;
    }

    @Override
    public void backward(Backward back, Tensor dy) {
        Compute c = back.compute();
        // sums of rows: what no set reads gets nothing
        Tensor dx = back.needs(1) ? c.zeros(Category.WORKSPACE, c.owner(), dy.dtype(), Shape.of(dy.dim(0), parts.getFirst().a().shape().dim(1))) : null;
        Tensor whole = x == null ? null : x.get();
        for (int i = 0; i < parts.size(); i++) {
            Part p = parts.get(i);
            try (Tensor rows = dy.rows(p.from(), p.to())) {
                if (whole != null && back.needs(p.a())) {
                    both(back, i, rows, whole, dx);
                } else {
                    outward(back, i, rows, dx);
                }
            }
        }
        if (whole != null) {
            whole.close();
        }
        if (dx != null) {
            back.give(1, dx);
        }
        if (back.needs(0)) {
            back.give(0, dy.retain());
        }
    }

    /** Gradients of a segment's pair and of its rows of the input. */
    private void both(Backward back, int i, Tensor dy, Tensor whole, Tensor dx) {
        Compute c = back.compute();
        Part p = parts.get(i);
        try (Tensor rows = whole.rows(p.from(), p.to()); Tensor dropped = dropouts[i].of(c, rows)) {
            Tensor[] sides = c.run(LowRankKernels.LORA_SIDES, dy, dropped, p.a().data(), p.b().data(), p.scale());
            try (Tensor g = sides[0]; Tensor low = sides[1]) {
                if (back.needs(p.b())) {
                    back.give(p.b(), new Gradients.OuterProduct(p.b(), dy, low, 1));
                }
                back.give(p.a(), new Gradients.OuterProduct(p.a(), g, dropped, 1));
                addInput(c, i, g, dx, 1);
            }
        }
    }

    /** The same where A is frozen. */
    private void outward(Backward back, int i, Tensor dy, Tensor dx) {
        Compute c = back.compute();
        Part p = parts.get(i);
        if (h[i] != null) {
            try (Tensor low = h[i].get()) {
                back.give(p.b(), new Gradients.OuterProduct(p.b(), dy, low, p.scale()));
            }
        }
        if (dx != null) {
            try (Tensor g = c.call(LinearKernels.LINEAR_DX, dy, p.b().data())) {
                addInput(c, i, g, dx, p.scale());
            }
        }
    }

    private void addInput(Compute c, int i, Tensor g, Tensor dx, double by) {
        Part p = parts.get(i);
        if (dx != null) {
            try (Tensor rows = dx.rows(p.from(), p.to())) {
                c.apply(LinearKernels.LINEAR_DX_ACC, rows, g, p.a().data(), by);
                dropouts[i].into(c, rows);
            }
        }
    }
}
