package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.util.List;

/** A weight stored as a plain tensor. Tied weights share the parameter. */
public final class DenseWeight implements WeightSource {
    private final Parameter parameter;

    public DenseWeight(Parameter parameter) {
        this.parameter = parameter;
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
        return parameter.dtype();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(parameter);
    }

    @Override
    public Tensor multiply(Forward f, Tensor x, Tensor bias) {
        try (Tensor w = f.read(parameter)) {
            return bias == null ? f.compute().call(LinearKernels.LINEAR, x, w) : f.compute().call(LinearKernels.LINEAR_BIAS, x, w, bias);
        }
    }

    @Override
    public Tensor multiplyTransposed(Backward b, Tensor dy) {
        return b.compute().call(LinearKernels.LINEAR_DX, dy, parameter.data());
    }

    @Override
    public boolean wantsInput(Forward f) {
        return f.needs(parameter);
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
        return parameter.data().rows(from, to);
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
