package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.util.List;

/**
 * A weight stored as a plain tensor. Tied weights share the parameter. A tensor of another type than that of the products (a half-precision base under float32 products) is
 * converted for each product and the copy dropped.
 */
public final class DenseWeight implements WeightSource {
    private final Parameter parameter;
    private final DType dtype;
    private final long tile;

    public DenseWeight(Parameter parameter) {
        this(parameter, parameter.dtype(), 0);
    }

    /**
     * @param dtype type of the products
     * @param tile rows converted at a time where the types differ, 0 for all
     */
    public DenseWeight(Parameter parameter, DType dtype, long tile) {
        this.parameter = parameter;
        this.dtype = dtype;
        this.tile = parameter.dtype() == dtype ? 0 : tile;
    }

    public Parameter parameter() {
        return parameter;
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
        return dtype;
    }

    @Override
    public long tile() {
        return tile;
    }

    @Override
    public boolean isRebuilt() {
        return parameter.dtype() != dtype;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(parameter);
    }

    /** True if products read the tensor as it is stored, and its gradient the whole of their input. */
    public boolean isPlain(Trainables t) {
        return parameter.dtype() == dtype && columns(t) == null;
    }

    @Override
    public Tensor wantedInput(Forward f, Tensor x) {
        Support.Columns columns = columns(f.pass().trainables());
        return columns == null ? x.retain() : f.compute().call(SupportKernels.COLUMNS_OF, x, columns.ids());
    }

    @Override
    public void giveGradient(Backward b, Tensor dy, Tensor x) {
        Support.Columns columns = columns(b.tape().trainables());
        b.give(parameter, columns == null ? new Gradients.OuterProduct(parameter, dy, x, 1) : new Gradients.ColumnProduct(parameter, dy, x, columns, 1));
    }

    /** The columns that train, or null if others are wanted too. */
    private Support.Columns columns(Trainables t) {
        return t.supportOf(parameter) instanceof Support.Columns s && !t.isObserved(parameter) ? s : null;
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        return converted(c, cut(parameter.data(), from, to));
    }

    @Override
    public Tensor rows(Forward f, long from, long to) {
        try (Tensor w = f.read(parameter)) {
            return converted(f.compute(), cut(w, from, to));
        }
    }

    private Tensor cut(Tensor w, long from, long to) {
        return from == 0 && to == out() ? w.retain() : w.rows(from, to);
    }

    private Tensor converted(Compute c, Tensor rows) {
        if (rows.dtype() == dtype) {
            return rows;
        }
        try (Tensor stored = rows) {
            return c.call(CoreKernels.CAST, stored, (long) dtype.torchCode());
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
