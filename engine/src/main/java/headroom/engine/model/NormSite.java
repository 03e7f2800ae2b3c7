package headroom.engine.model;

import headroom.engine.compute.Shape;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Norms;
import java.util.List;

/** A normalisation with a path: LayerNorm with gain and shift, or RMSNorm with a gain alone. */
final class NormSite {
    private final String path;
    private final Parameter gain;
    private final Parameter shift;
    private final double eps;

    NormSite(ModelConfig config, WeightsFactory weights, String path) {
        this.path = path;
        this.eps = config.normEps();
        Shape width = Shape.of(config.hidden());
        this.gain = weights.parameter(path + ".weight", Parameter.Role.NORM, width, WeightsFactory.Start.ONE);
        this.shift = config.norm() == ModelConfig.Norm.RMS_NORM ? null
                : weights.parameter(path + ".bias", Parameter.Role.BIAS, width, WeightsFactory.Start.ZERO);
    }

    /** x [N, d] → [N, d]; x is read for the last time if it is marked so. */
    Value forward(Pass pass, Value x) {
        String before = pass.compute().within(path);
        Value y = pass.apply(shift == null ? new Norms.Rms(gain, eps) : new Norms.Layer(gain, shift, eps), x);
        pass.compute().within(before);
        return y;
    }

    void collect(List<Parameter> into) {
        into.add(gain);
        if (shift != null) {
            into.add(shift);
        }
    }
}
