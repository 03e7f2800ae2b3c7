package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/**
 * An activation function, element by element. Saves its input, from which the output that the next linear site needs is made again; tanh and ReLU save their output, which that
 * site may save too.
 */
public final class Activation implements Op {
    /** The functions, each with its derivative kernel and the form of that which writes over dy. */
    public enum Function {
        GELU(ElementwiseKernels.GELU, ElementwiseKernels.GELU_DX, ElementwiseKernels.GELU_DX_INTO),
        GELU_TANH(ElementwiseKernels.GELU_TANH, ElementwiseKernels.GELU_TANH_DX, ElementwiseKernels.GELU_TANH_DX_INTO),
        RELU(ElementwiseKernels.RELU, ElementwiseKernels.RELU_DX, ElementwiseKernels.RELU_DX_INTO),
        SILU(ElementwiseKernels.SILU, ElementwiseKernels.SILU_DX, ElementwiseKernels.SILU_DX_INTO),
        TANH(ElementwiseKernels.TANH, ElementwiseKernels.TANH_DX, ElementwiseKernels.TANH_DX_INTO);

        private final Kernel forward;
        private final Kernel backward;
        private final Kernel inPlace;

        Function(Kernel forward, Kernel backward, Kernel inPlace) {
            this.forward = forward;
            this.backward = backward;
            this.inPlace = inPlace;
        }
    }

    private final Function function;
    private Saved saved;

    public Activation(Function function) {
        this.function = function;
    }

    @Override
    public String name() {
        return function.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor y = f.compute().call(function.forward, in[0]);
        if (f.needs(0)) {
            boolean byOutput = function == Function.TANH || function == Function.RELU;
            saved = f.save(Keeper.Role.NONLINEAR, byOutput ? y : in[0]);
            if (!byOutput) {
                Compute c = f.compute();
                f.canRebuild(y, Keeper.Role.NONLINEAR, () -> {
                    try (Tensor x = saved.get()) {
                        return c.call(function.forward, x);
                    }
                });
            }
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor s = saved.get()) {
            if (dy.isExclusive()) {
                b.compute().apply(function.inPlace, dy, s);
                b.give(0, dy.retain());
            } else {
                b.give(0, b.compute().call(function.backward, dy, s));
            }
        }
    }
}
