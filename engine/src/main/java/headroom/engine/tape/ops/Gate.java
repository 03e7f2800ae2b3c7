package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.ScalingKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.List;

/** y = z ⊙ l: every row of z [N, d] times a vector l [d] in float32 ("(IA)³", 2022). Saves z, the value before the gate, if the vector trains. */
public final class Gate implements Op {
    private final Parameter vector;
    private Saved z;

    public Gate(Parameter vector) {
        this.vector = vector;
    }

    @Override
    public String name() {
        return "gate";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(vector);
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        if (f.needs(vector)) {
            z = f.save(Keeper.Role.NONLINEAR, in[0]);
        }
        try (Tensor l = f.read(vector)) {
            if (f.owns(0)) {
                f.compute().apply(ScalingKernels.SCALE_COLUMNS_INTO, in[0], l);
                return in[0].retain();
            }
            return f.compute().call(ScalingKernels.SCALE_COLUMNS, in[0], l);
        }
    }

    @Override
    public void backward(Backward b, Tensor dy) {
        if (z != null) {
            try (Tensor zz = z.get(); Tensor dl = b.compute().call(ScalingKernels.COLUMN_DOTS, dy, zz)) {
                b.give(vector, new Gradients.Given(vector, dl));
            }
        }
        if (b.needs(0)) {
            b.give(0, b.compute().call(ScalingKernels.SCALE_COLUMNS, dy, vector.data()));
        }
    }
}
