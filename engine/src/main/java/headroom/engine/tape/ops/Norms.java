package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.NormKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.List;

/** Normalisations of token rows x [N, d]. */
public final class Norms {
    private Norms() {}

    /** y = (x − mean)/√(var + ε)·γ + β. Saves x and the two statistics [N]. */
    public static final class Layer implements Op {
        private final Parameter gain;
        private final Parameter shift;
        private final double eps;
        private Saved x;
        private Saved mean;
        private Saved rstd;

        public Layer(Parameter gain, Parameter shift, double eps) {
            this.gain = gain;
            this.shift = shift;
            this.eps = eps;
        }

        @Override
        public String name() {
            return "layer norm";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(gain, shift);
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            try (Tensor w = f.read(gain); Tensor b = f.read(shift)) {
                Tensor[] out = f.compute().run(NormKernels.LAYER_NORM, in[0], w, b, eps);
                if (f.needs(0) || f.needs(gain)) {
                    x = f.save(Keeper.Role.NONLINEAR, in[0]);
                    mean = f.save(Keeper.Role.STATISTICS, out[1]);
                    rstd = f.save(Keeper.Role.STATISTICS, out[2]);
                    Compute c = f.compute();
                    f.canRebuild(out[0], Keeper.Role.NONLINEAR, () -> again(c));
                }
                out[1].close();
                out[2].close();
                return out[0];
            }
        }

        private Tensor again(Compute c) {
            try (Tensor xx = x.get()) {
                Tensor[] out = c.run(NormKernels.LAYER_NORM, xx, gain.data(), shift.data(), eps);
                out[1].close();
                out[2].close();
                return out[0];
            }
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            Compute c = b.compute();
            if (x == null) {
                b.give(shift, new Gradients.RowSum(shift, dy));
                return;
            }
            try (Tensor xx = x.get(); Tensor m = mean.get(); Tensor r = rstd.get()) {
                if (b.needs(gain) || b.needs(shift)) {
                    Tensor[] d = c.run(NormKernels.LAYER_NORM_DW, dy, xx, m, r);
                    try (Tensor dw = d[0]; Tensor db = d[1]) {
                        if (b.needs(gain)) {
                            b.give(gain, new Gradients.Given(gain, dw));
                        }
                        if (b.needs(shift)) {
                            b.give(shift, new Gradients.Given(shift, db));
                        }
                    }
                }
                if (b.needs(0)) {
                    b.give(0, c.call(NormKernels.LAYER_NORM_DX, dy, xx, gain.data(), m, r));
                }
            }
        }
    }

    /** y = x/√(mean(x²) + ε)·γ. Saves x and the reciprocal root [N]. */
    public static final class Rms implements Op {
        private final Parameter gain;
        private final double eps;
        private Saved x;
        private Saved rstd;

        public Rms(Parameter gain, double eps) {
            this.gain = gain;
            this.eps = eps;
        }

        @Override
        public String name() {
            return "rms norm";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(gain);
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            try (Tensor w = f.read(gain)) {
                Tensor[] out = f.compute().run(NormKernels.RMS_NORM, in[0], w, eps);
                if (f.isTaped()) {
                    x = f.save(Keeper.Role.NONLINEAR, in[0]);
                    rstd = f.save(Keeper.Role.STATISTICS, out[1]);
                    Compute c = f.compute();
                    f.canRebuild(out[0], Keeper.Role.NONLINEAR, () -> again(c));
                }
                out[1].close();
                return out[0];
            }
        }

        private Tensor again(Compute c) {
            try (Tensor xx = x.get()) {
                Tensor[] out = c.run(NormKernels.RMS_NORM, xx, gain.data(), eps);
                out[1].close();
                return out[0];
            }
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            Compute c = b.compute();
            try (Tensor xx = x.get(); Tensor r = rstd.get()) {
                if (b.needs(gain)) {
                    try (Tensor dw = c.call(NormKernels.RMS_NORM_DW, dy, xx, r)) {
                        b.give(gain, new Gradients.Given(gain, dw));
                    }
                }
                if (b.needs(0)) {
                    b.give(0, c.call(NormKernels.RMS_NORM_DX, dy, xx, gain.data(), r));
                }
            }
        }
    }
}
