package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
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
    private final ValuePoint in;
    private final LadderPoint beside;

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
            all.add(new TransformerLayer(config, weights, name + "." + i, i, dropout));
        }
        this.layers = List.copyOf(all);
        this.sites = layers.stream().flatMap(l -> l.sites().stream()).toList();
        this.in = new ValuePoint(name + ".in", ValuePoint.Kind.STACK, config.hidden());
        this.beside = new LadderPoint(config);
        this.paths = layers.stream().map(TransformerLayer::path).toList();
    }

    /** Fails on a batch that the model's positions or window do not allow. */
    void check(long length) {
        if (config.positions() == ModelConfig.Positions.LEARNED && length > config.maxPositions()) {
            throw new IllegalArgumentException("a batch of " + length + " tokens for a model of " + config.maxPositions() + " positions; shorten the texts to that length");
        }
        if (config.slidingWindow() > 0 && length > config.slidingWindow()) {
            throw new IllegalArgumentException("a batch of " + length + " tokens for a model whose attention window is " + config.slidingWindow()
                    + "; longer texts than the window are not computed here, so shorten the texts to it");
        }
    }

    /** x [N, d], read for the last time → [N, d]. */
    Value run(Pass pass, StackDriver driver, Value x, Model.Inputs inputs) {
        if (rotary == null) {
            return run(pass, driver, x, new BatchContext(inputs.lengths(), causal(), null, null, null, inputs.texts()), inputs.length());
        }
        rotary.prepare(inputs.length());
        return run(pass, driver, x, new BatchContext(inputs.lengths(), causal(), rotary.cos(), rotary.sin(), null, inputs.texts()), inputs.length());
    }

    /** The same for the next tokens of one text whose beginning is in a cache. */
    Value run(Pass pass, StackDriver driver, Value x, Model.Inputs inputs, KeyValueCache cache) {
        long from = cache.position();
        Value y;
        if (rotary == null) {
            y = run(pass, driver, x, new BatchContext(inputs.lengths(), causal(), null, null, cache, null), inputs.length());
        } else {
            rotary.prepare(cache.positions());
            try (Tensor cos = rotary.cos().rows(from, from + inputs.length()); Tensor sin = rotary.sin().rows(from, from + inputs.length())) {
                y = run(pass, driver, x, new BatchContext(inputs.lengths(), causal(), cos, sin, cache, null), inputs.length());
            }
        }
        return y;
    }

    /** An empty cache for a text of {@code capacity} tokens behind {@code inserted} of a prompt. */
    KeyValueCache cache(Compute c, DType dtype, long capacity, long inserted) {
        long prefix = layers.stream().mapToLong(TransformerLayer::prefixLength).max().orElse(0);
        List<String> owners = new ArrayList<>(paths);
        List<Long> widths = new ArrayList<>(layers.stream().map(TransformerLayer::kvWidth).toList());
        if (beside.network() != null) {
            owners.addAll(beside.network().paths());
            widths.addAll(beside.network().kvWidths());
        }
        return new KeyValueCache(c, dtype, owners, widths, capacity, inserted, prefix);
    }

    private boolean causal() {
        return !config.family().isEncoder();
    }

    /** True if a network beside the blocks gives the hidden states in place of them, which no norm of the model follows. */
    boolean isBeside(Pass pass, StackDriver driver) {
        return beside.network() != null && driver.climbs() && pass.adapters().on();
    }

    private Value run(Pass pass, StackDriver driver, Value x, BatchContext batch, long length) {
        List<Block> blocks = new ArrayList<>(layers.size());
        for (TransformerLayer l : layers) {
            blocks.add(l.on(batch));
        }
        Value read = in.through(pass, x.last(), null);
        if (!isBeside(pass, driver)) {
            return driver.run(pass, blocks, read);
        }
        if (pass.adapters().factor() != 1) {
            read.release();
            throw new IllegalArgumentException("the network beside the blocks answers in place of them, so it has no factor; switch it on or off");
        }
        try (SideNetwork.Climb climb = beside.network().on(batch, length)) {
            return driver.run(pass, blocks, read, climb);
        }
    }

    /** The input of the first block, the points of all layers, and the place beside them. */
    List<Point> points() {
        List<Point> all = new ArrayList<>(List.of(in));
        layers.forEach(l -> all.addAll(l.points()));
        all.add(beside);
        return all;
    }

    List<LinearSite> sites() {
        return sites;
    }

    List<String> paths() {
        return paths;
    }

    void collect(List<Parameter> into) {
        into.addAll(in.parameters());
        for (TransformerLayer l : layers) {
            into.addAll(l.parameters());
        }
        into.addAll(beside.parameters());
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
