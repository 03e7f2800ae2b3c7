package headroom.engine.model;

/** Builds the model that a configuration describes. */
public final class Transformers {
    private Transformers() {}

    /**
     * @param dropout share of the elements dropped on the residual path while training; 0 for none
     * @throws IllegalArgumentException if the configuration asks for something that is not computed here
     */
    public static Model build(ModelConfig config, WeightsFactory weights, double dropout) {
        return config.family().isEncoder() ? new TransformerEncoder(config, weights, dropout) : new TransformerDecoder(config, weights, dropout);
    }
}
