package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Attention;
import headroom.engine.tape.stack.Block;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.List;

/** The layers of one transformer, handed to a stack driver as blocks bound to a batch. */
final class TransformerStack implements AutoCloseable {
    private final ModelConfig config;
    private final RotaryTables rotary;
    private final List<TransformerLayer> layers;
    private final List<LinearSite> sites;
    private final List<String> paths;

    /** @param name path of the stack, which the layers' paths begin with */
    TransformerStack(ModelConfig config, WeightsFactory weights, String name, double dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout + "; expected at least 0 and less than 1");
        }
        this.config = config;
        Compute c = weights.compute();
        this.rotary = config.positions() == ModelConfig.Positions.ROTARY ? new RotaryTables(c, config) : null;
        List<TransformerLayer> all = new ArrayList<>(config.layers());
        for (int i = 0; i < config.layers(); i++) {
            all.add(new TransformerLayer(config, weights, name + "." + i, dropout));
        }
        this.layers = List.copyOf(all);
        this.sites = layers.stream().flatMap(l -> l.sites().stream()).toList();
        this.paths = layers.stream().map(TransformerLayer::path).toList();
    }

    /** Fails on a batch that the model's positions or window do not allow. */
    void check(Model.Inputs inputs) {
        if (config.positions() == ModelConfig.Positions.LEARNED && inputs.length() > config.maxPositions()) {
            throw new IllegalArgumentException("a batch of " + inputs.length() + " tokens for a model of " + config.maxPositions()
                    + " positions; shorten the texts to that length");
        }
        if (config.slidingWindow() > 0 && inputs.length() > config.slidingWindow()) {
            throw new IllegalArgumentException("a batch of " + inputs.length() + " tokens for a model whose attention window is " + config.slidingWindow()
                    + "; longer texts than the window are not computed here, so shorten the texts to it");
        }
    }

    /** x [N, d], read for the last time → [N, d]. */
    Value run(Pass pass, StackDriver driver, Value x, Model.Inputs inputs) {
        if (rotary != null) {
            rotary.prepare(inputs.length());
        }
        Attention.Spec attention = new Attention.Spec(inputs.lengths(), config.heads(), config.kvHeads(), !config.family().isEncoder());
        BatchContext batch = new BatchContext(attention, rotary == null ? null : rotary.cos(), rotary == null ? null : rotary.sin());
        List<Block> blocks = new ArrayList<>(layers.size());
        for (TransformerLayer l : layers) {
            blocks.add(l.on(batch));
        }
        return driver.run(pass, blocks, x.last());
    }

    List<LinearSite> sites() {
        return sites;
    }

    List<String> paths() {
        return paths;
    }

    void collect(List<Parameter> into) {
        for (TransformerLayer l : layers) {
            into.addAll(l.parameters());
        }
    }

    /** Frees the rotary tables and what the sites store that is no parameter. */
    @Override
    public void close() {
        if (rotary != null) {
            rotary.close();
        }
        sites.forEach(s -> s.weight().close());
    }
}
