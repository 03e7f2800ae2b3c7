package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** Builds the model that a configuration describes. */
public final class Transformers {
    private Transformers() {}

    /**
     * Builds the model; nothing stays booked if that fails.
     *
     * @param dropout share of the elements dropped on the residual path while training; 0 for none
     * @throws IllegalArgumentException if the configuration asks for something that is not computed here
     */
    public static Model build(ModelConfig config, WeightsFactory weights, double dropout) {
        Remembering made = new Remembering(weights, new ArrayList<>(), new ArrayList<>());
        try {
            return config.family().isEncoder() ? new TransformerEncoder(config, made, dropout) : new TransformerDecoder(config, made, dropout);
        } catch (RuntimeException e) {
            made.parameters.forEach(Parameter::close);
            made.matrices.forEach(WeightSource::close);
            throw e;
        }
    }

    /** A factory that knows what it gave, until the model stands. */
    private record Remembering(WeightsFactory weights, List<Parameter> parameters, List<WeightSource> matrices) implements WeightsFactory {
        @Override
        public Compute compute() {
            return weights.compute();
        }

        @Override
        public Parameter parameter(String path, Parameter.Role role, Shape shape, Start start) {
            Parameter p = weights.parameter(path, role, shape, start);
            parameters.add(p);
            return p;
        }

        @Override
        public WeightSource matrix(String path, long out, long in) {
            WeightSource w = weights.matrix(path, out, in);
            matrices.add(w);
            return w;
        }
    }
}
