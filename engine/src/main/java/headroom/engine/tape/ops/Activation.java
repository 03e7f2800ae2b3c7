package headroom.engine.tape.ops;

import headroom.engine.compute.Kernel;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/** An activation function, element by element. Saves its input; tanh and ReLU save their output, which the next linear site may save too. */
public final class Activation implements Op {
    /** The functions, each with its derivative kernel. */
    public enum Function {
        GELU(ElementwiseKernels.GELU, ElementwiseKernels.GELU_DX),
        GELU_TANH(ElementwiseKernels.GELU_TANH, ElementwiseKernels.GELU_TANH_DX),
        RELU(ElementwiseKernels.RELU, ElementwiseKernels.RELU_DX),
        SILU(ElementwiseKernels.SILU, ElementwiseKernels.SILU_DX),
        TANH(ElementwiseKernels.TANH, ElementwiseKernels.TANH_DX);

        private final Kernel forward;
        private final Kernel backward;

        Function(Kernel forward, Kernel backward) {
            this.forward = forward;
            this.backward = backward;
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
            saved = f.save(Keeper.Role.NONLINEAR, function == Function.TANH || function == Function.RELU ? y : in[0]);
        }
        return y;
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor s = saved.get()) {
            b.give(0, b.compute().call(function.backward, dy, s));
        }
    }
}
