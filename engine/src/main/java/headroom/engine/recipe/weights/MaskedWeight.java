package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.StoreKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Gradients;
import headroom.engine.tape.ops.WeightSource;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A plain weight with holes: what was least by magnitude is zero, and stays zero when the weight trains, because its gradient has the same holes. The zeros are the mask, so
 * none is kept beside them; and they are stored as any number is, so no byte is saved.
 */
record MaskedWeight(Parameter parameter) implements WeightSource {
    /** Cuts holes into a matrix, which becomes the weight. */
    static MaskedWeight cut(Compute c, String path, Tensor w, WeightsChoice.Masked m) {
        switch (m.pattern()) {
            case GROUPS -> c.apply(StoreKernels.KEEP_OF_GROUPS_INTO, w, (long) m.n(), (long) m.m());
            case ENTRIES -> erase(c, w, w, removed(m, w.elements()), SupportKernels.PUT_ENTRIES_INTO, n -> Shape.of(n));
            case ROWS -> {
                try (Tensor norms = c.call(SupportKernels.ROW_SQUARES, w)) {
                    erase(c, w, norms, removed(m, w.dim(0)), SupportKernels.PUT_ROWS_INTO, n -> Shape.of(n, w.dim(1)));
                }
            }
            case COLUMNS -> {
                try (Tensor norms = c.call(SupportKernels.COLUMN_SQUARES, w)) {
                    erase(c, w, norms, removed(m, w.dim(1)), SupportKernels.PUT_COLUMNS_INTO, n -> Shape.of(w.dim(0), n));
                }
            }
        }
        return new MaskedWeight(new Parameter(path + ".weight", Parameter.Role.MATRIX, w.book(Category.WEIGHTS, path)));
    }

    private static long removed(WeightsChoice.Masked m, long of) {
        return of - Math.max(1, Math.round(m.kept() * of));
    }

    /** Puts zeros where the judged magnitudes are least. */
    private static void erase(Compute c, Tensor w, Tensor judged, long count, Kernel put, LongFunction<Shape> shape) {
        if (count <= 0) {
            return;
        }
        try (Tensor bound = c.call(SupportKernels.KTH_MAGNITUDE, judged, count);
                Tensor ids = c.call(SupportKernels.EXTREME_ENTRIES, judged, c.item(bound), count, false);
                Tensor zeros = c.zeros(Category.WORKSPACE, c.owner(), w.dtype(), shape.apply(count))) {
            c.apply(put, w, zeros, ids);
        }
    }

    @Override
    public long out() {
        return parameter.shape().dim(0);
    }

    @Override
    public long in() {
        return parameter.shape().dim(1);
    }

    @Override
    public DType dtype() {
        return parameter.dtype();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(parameter);
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        return new DenseWeight(parameter).rows(c, from, to);
    }

    @Override
    public Tensor rows(Forward f, long from, long to) {
        return new DenseWeight(parameter).rows(f, from, to);
    }

    @Override
    public void giveGradient(Backward b, Tensor dy, Tensor x) {
        b.give(parameter, new Holed(new Gradients.OuterProduct(parameter, dy, x, 1)));
    }

    /** A gradient with the holes of its parameter. */
    private record Holed(Gradients.OuterProduct whole) implements WeightGradient {
        @Override
        public Parameter parameter() {
            return whole.parameter();
        }

        @Override
        public Tensor dense(Compute c) {
            Tensor g = whole.dense(c);
            c.apply(StoreKernels.KEEP_WHERE_INTO, g, parameter().data());
            return g;
        }

        @Override
        public void addTo(Compute c, Tensor sum) {
            whole.addTo(c, sum);
            c.apply(StoreKernels.KEEP_WHERE_INTO, sum, parameter().data());
        }

        @Override
        public Tensor rows(Compute c, long from, long to) {
            Tensor g = whole.rows(c, from, to);
            try (Tensor w = parameter().data().rows(from, to)) {
                c.apply(StoreKernels.KEEP_WHERE_INTO, g, w);
            }
            return g;
        }
    }

    @Override
    public long bytes() {
        return parameter.data().bytes();
    }

    @Override
    public void close() {
        parameter.close();
    }
}
