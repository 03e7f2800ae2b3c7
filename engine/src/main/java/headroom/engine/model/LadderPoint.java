package headroom.engine.model;

import headroom.engine.tape.Parameter;
import java.util.List;

/** The place beside a stack where one network of narrower blocks stands, which reads what blocks of the stack make ({@link SideNetwork}). */
public final class LadderPoint implements Point {
    private final ModelConfig config;
    private SideNetwork network;

    LadderPoint(ModelConfig config) {
        this.config = config;
    }

    @Override
    public String path() {
        return SideNetwork.PATH;
    }

    /** Width of what it reads, d. */
    @Override
    public long width() {
        return config.hidden();
    }

    @Override
    public List<Parameter> parameters() {
        return network == null ? List.of() : network.parameters();
    }

    /**
     * Builds the network and puts it here.
     *
     * @param weights gives its parameters
     * @param reduction r: d' = d / r
     * @param taps numbers of the blocks that it reads, ascending
     * @param dropout share of the elements dropped before its residual sums and before its end, while training
     * @throws IllegalArgumentException if the model's widths cannot be divided so
     * @throws IllegalStateException if there is a network already
     */
    public SideNetwork attach(WeightsFactory weights, int reduction, List<Integer> taps, double dropout) {
        if (network != null) {
            throw new IllegalStateException("there is a network beside the blocks already; one is possible");
        }
        network = new SideNetwork(config, weights, reduction, taps, dropout);
        return network;
    }

    /** What stands here, or null. */
    SideNetwork network() {
        return network;
    }
}
