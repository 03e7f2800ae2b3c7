package headroom.engine.model;

import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Dropout;
import headroom.engine.tape.ops.GatedMix;
import headroom.engine.tape.stack.Ladder;
import java.util.ArrayList;
import java.util.List;

/**
 * A narrow transformer beside a frozen one (LST 2022), of width d' = d/r and with blocks of the same family: as many heads, each r times narrower. For every tapped block i
 * of the stack, whose output is x: s ← g·s + (1 − g)·(D·x + b), g = σ(α/τ), then s ← block'(s). It begins as D₀·x₀ + b₀ from the stack's input and ends as U·norm(s) + b_U, [N, d], which
 * the model's own head reads. Blocks that are not tapped have nothing here.
 */
public final class SideNetwork implements AutoCloseable {
    /** Path of everything here; a block is {@code side.3}. */
    public static final String PATH = "side";
    /** τ, as published: a gate moves fast. */
    private static final double TEMPERATURE = 0.1;

    /** What reads one block of the stack. */
    private record Rung(int block, LinearSite down, Parameter gate, TransformerLayer layer) {}

    private final RotaryTables rotary;
    private final double dropout;
    private final LinearSite in;
    private final List<Rung> rungs;
    private final NormSite norm;
    private final LinearSite up;

    SideNetwork(ModelConfig config, WeightsFactory weights, int reduction, List<Integer> taps, double dropout) {
        if (taps.isEmpty() || taps.getFirst() < 0 || taps.getLast() >= config.layers()) {
            throw new IllegalArgumentException("a network beside " + config.layers() + " blocks that taps " + taps + "; expected some of them, counted from 0");
        }
        ModelConfig narrow = config.narrowed(reduction, taps.size());
        this.dropout = dropout;
        this.rotary = narrow.positions() == ModelConfig.Positions.ROTARY ? new RotaryTables(weights.compute(), narrow) : null;
        this.in = SelfAttention.site(weights, PATH + ".in", narrow.hidden(), config.hidden(), true);
        List<Rung> all = new ArrayList<>();
        for (int block : taps) {
            String path = PATH + "." + block;
            LinearSite down = SelfAttention.site(weights, path + ".down", narrow.hidden(), config.hidden(), true);
            Parameter gate = weights.parameter(path + ".gate", Parameter.Role.GATE, Shape.of(1), WeightsFactory.Start.ZERO);
            all.add(new Rung(block, down, gate, new TransformerLayer(narrow, weights, path, config.layers() + all.size(), dropout)));
        }
        this.rungs = List.copyOf(all);
        this.norm = new NormSite(narrow, weights, PATH + ".norm");
        this.up = SelfAttention.site(weights, PATH + ".up", config.hidden(), narrow.hidden(), true);
    }

    List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(in.parameters());
        for (Rung r : rungs) {
            all.addAll(r.down.parameters());
            all.add(r.gate);
            all.addAll(r.layer.parameters());
        }
        norm.collect(all);
        all.addAll(up.parameters());
        return all;
    }

    /** Paths of its blocks and widths of their keys, for a cache behind that of the stack's own blocks. */
    List<String> paths() {
        return rungs.stream().map(r -> r.layer.path()).toList();
    }

    List<Long> kvWidths() {
        return rungs.stream().map(r -> r.layer.kvWidth()).toList();
    }

    /** This network for a batch of rows of a length; closed when the pass is over. */
    Climb on(BatchContext batch, long length) {
        return new Climb(batch, length);
    }

    /** Frees its rotary tables; its parameters belong to whoever made them. */
    @Override
    public void close() {
        if (rotary != null) {
            rotary.close();
        }
    }

    /** Bound to a batch. */
    final class Climb implements Ladder, AutoCloseable {
        private final BatchContext batch;
        private final List<Tensor> rows = new ArrayList<>(2);

        private Climb(BatchContext wide, long length) {
            if (rotary == null) {
                batch = wide;
            } else if (wide.cache() == null) {
                rotary.prepare(length);
                batch = wide.turnedBy(rotary.cos(), rotary.sin());
            } else {
                rotary.prepare(wide.cache().positions());
                long from = wide.cache().position();
                rows.add(rotary.cos().rows(from, from + length));
                rows.add(rotary.sin().rows(from, from + length));
                batch = wide.turnedBy(rows.getFirst(), rows.getLast());
            }
        }

        @Override
        public Value begin(Pass pass, Value x) {
            return in.forward(pass, x);
        }

        @Override
        public boolean reads(int block) {
            return rungs.stream().anyMatch(r -> r.block == block);
        }

        @Override
        public int last() {
            return rungs.getLast().block;
        }

        @Override
        public Value climb(Pass pass, int block, Value s, Value tap) {
            Rung r = rungs.stream().filter(rung -> rung.block == block).findFirst().orElseThrow();
            String before = pass.compute().within(r.layer.path());
            Value mixed = pass.apply(new GatedMix(r.gate, TEMPERATURE), s.last(), r.down.forward(pass, tap).last());
            Value y = r.layer.on(batch).forward(pass, mixed.last());
            pass.compute().within(before);
            return y;
        }

        @Override
        public Value end(Pass pass, Value s) {
            Value n = norm.forward(pass, s.last());
            if (dropout > 0) {
                n = pass.apply(new Dropout(dropout, PATH), n.last());
            }
            return up.forward(pass, n.last());
        }

        @Override
        public void close() {
            rows.forEach(Tensor::close);
        }
    }
}
