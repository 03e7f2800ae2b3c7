package headroom.engine.model;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Saved;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * One transformer layer of any family here: attention and feed-forward, each with a residual, normalised before the sub-layer (GPT-2, OPT, LLaMA) or after its sum
 * (BERT, OPT-350M). For the backward pass a layer keeps 6d + F elements per token (6d + 2F with a gate) plus statistics, trained in full or
 * frozen: the outputs of norms and activations, which weight gradients need, are made again from the inputs of those.
 */
final class TransformerLayer {
    private final String path;
    private final boolean normBefore;
    private final double dropout;
    private final NormSite attentionNorm;
    private final SelfAttention attention;
    private final NormSite mlpNorm;
    private final Mlp mlp;
    private final Sublayer aroundAttention;
    private final Sublayer aroundMlp;
    private final ValuePoint block;
    private final ValuePoint stream;
    private final QueryPoint queries;
    private final List<LinearSite> sites;

    TransformerLayer(ModelConfig c, WeightsFactory weights, String path, int layer, double dropout) {
        this.path = path;
        this.normBefore = c.normPlace() == ModelConfig.NormPlace.BEFORE;
        this.dropout = dropout;
        this.attentionNorm = new NormSite(c, weights, path + ".attention_norm");
        this.attention = new SelfAttention(c, weights, path + ".attention", layer);
        this.mlpNorm = new NormSite(c, weights, path + ".mlp_norm");
        this.mlp = new Mlp(c, weights, path + ".mlp");
        this.aroundAttention = new Sublayer(path + ".attention", c.hidden());
        this.aroundMlp = new Sublayer(path + ".mlp", c.hidden());
        this.block = new ValuePoint(path + ".block", ValuePoint.Kind.BLOCK, c.hidden());
        this.stream = new ValuePoint(path + ".stream", ValuePoint.Kind.STREAM, c.hidden());
        this.queries = new QueryPoint(path + ".queries", c.hidden());
        List<LinearSite> all = new ArrayList<>(attention.sites());
        all.addAll(mlp.sites());
        this.sites = List.copyOf(all);
    }

    String path() {
        return path;
    }

    List<LinearSite> sites() {
        return sites;
    }

    long kvWidth() {
        return attention.kvWidth();
    }

    long prefixLength() {
        return attention.keysAndValues().prefixLength();
    }

    /** The points of this layer, in the order in which a value passes them. */
    List<Point> points() {
        List<Point> all = new ArrayList<>(pointsOfAttention());
        all.addAll(pointsOfMlp());
        all.add(stream);
        all.add(queries);
        return all;
    }

    private List<Point> pointsOfAttention() {
        List<Point> all = new ArrayList<>(List.of(aroundAttention.in()));
        attention.sites().forEach(s -> all.add(s.point()));
        all.addAll(List.of(attention.keysAndValues(), aroundAttention.out()));
        return all;
    }

    private List<Point> pointsOfMlp() {
        List<Point> all = new ArrayList<>(List.of(aroundMlp.in()));
        mlp.sites().forEach(s -> all.add(s.point()));
        all.addAll(List.of(mlp.inner(), aroundMlp.out(), block));
        return all;
    }

    List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(24);
        attentionNorm.collect(all);
        attention.sites().forEach(s -> all.addAll(s.parameters()));
        mlpNorm.collect(all);
        mlp.sites().forEach(s -> all.addAll(s.parameters()));
        all.addAll(attached(points()));
        return all;
    }

    private static List<Parameter> half(NormSite norm, List<LinearSite> sites, List<Point> points) {
        List<Parameter> all = new ArrayList<>(12);
        norm.collect(all);
        sites.forEach(s -> all.addAll(s.parameters()));
        all.addAll(attached(points));
        return all;
    }

    /** What is attached at points; not at those of sites, which give it themselves. */
    private static List<Parameter> attached(List<Point> points) {
        return points.stream().filter(p -> !(p instanceof ValuePoint v && v.kind() == ValuePoint.Kind.SITE)).flatMap(p -> p.parameters().stream()).toList();
    }

    private Value forward(Pass pass, Value x, BatchContext batch) {
        return feed(pass, attend(pass, x, batch));
    }

    /** The layer as a frozen one that queries read, as it will be used: without dropout. Their way forks off behind attention, and the tokens go on as without them. */
    private Block.Reading read(Pass pass, Value x, BatchContext batch) {
        Pass frozen = pass.frozen();
        if (!queries.isRead(pass)) {
            return new Block.Reading(feed(frozen, attend(frozen, x, n -> attention.forward(frozen, n, batch), 0), 0), null);
        }
        if (batch.texts() != null) {
            throw new IllegalStateException(queries.path() + " read whole rows, and these hold several texts; use one text a row");
        }
        Value input = queries.keepsInput() && pass.tape() != null ? pass.tap(x) : null;
        Value[] taps = new Value[2];
        Value attended = attend(frozen, x, n -> attention.forward(frozen, n, batch, (keys, values) -> {
            taps[0] = pass.tap(keys);
            taps[1] = pass.tap(values);
        }), 0);
        Value summary = input == null ? summary(pass, batch, taps[0], taps[1]) : pass.apply(new ReadAgain(this, batch), input.last(), taps[0].last(), taps[1].last());
        return new Block.Reading(feed(frozen, attended, 0), summary);
    }

    /** What the queries become between keys and values of a batch, which are read for the last time: [B·t, d]. */
    private Value summary(Pass pass, BatchContext batch, Value keys, Value values) {
        Value rows = queries.rows(pass, batch.lengths().dim(0));
        return feed(pass, attend(pass, rows, n -> attention.ask(pass, n, batch, keys, values), 0), 0);
    }

    /** Queries of a layer that keeps its input [N, d] alone: norm, keys, values and the queries' way come again in the backward pass, from the same keys of random numbers. */
    private static final class ReadAgain implements Op {
        private final TransformerLayer layer;
        private final BatchContext batch;
        private Pass pass;
        private Saved input;

        ReadAgain(TransformerLayer layer, BatchContext batch) {
            this.layer = layer;
            this.batch = batch;
        }

        @Override
        public String name() {
            return "read again";
        }

        @Override
        public List<Parameter> parameters() {
            return layer.queries.parameters();
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            pass = f.pass();
            if (f.isTaped()) {
                input = f.save(Keeper.Role.BLOCK_INPUT, in[0]);
            }
            return layer.summary(pass.withoutTape(), batch, pass.constant(in[1].retain()), pass.constant(in[2].retain())).take();
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            Pass frozen = pass.frozen();
            Value x = pass.constant(input.get());
            Value[] taps = layer.attention.keysAndValues(frozen, layer.normBefore ? layer.attentionNorm.forward(frozen, x.last()).last() : x.last(), batch);
            try (Tape again = b.tape().nested()) {
                Value y = layer.summary(pass.on(again), batch, taps[0], taps[1]);
                y.release();
                again.backward(y, dy.retain());
            }
        }
    }

    /** The first half: attention with its residual and norm. */
    private Value attend(Pass pass, Value x, BatchContext batch) {
        return attend(pass, x, n -> attention.forward(pass, n, batch), dropout);
    }

    private Value attend(Pass pass, Value x, UnaryOperator<Value> f, double dropped) {
        // the driver's mark: x is read more than once here, for the last time by the residual sum
        x.takeLast();
        if (normBefore) {
            return aroundAttention.sum(pass, x, attentionNorm.forward(pass, x).last(), f, dropped);
        }
        return attentionNorm.forward(pass, aroundAttention.sum(pass, x, x, f, dropped).last());
    }

    /** The second half: the feed-forward layer with its residual and norm. */
    private Value feed(Pass pass, Value x) {
        return feed(pass, x, dropout);
    }

    private Value feed(Pass pass, Value x, double dropped) {
        x.takeLast();
        Value y = normBefore ? aroundMlp.sum(pass, x, mlpNorm.forward(pass, x).last(), n -> mlp.forward(pass, n), dropped)
                : mlpNorm.forward(pass, aroundMlp.sum(pass, x, x, n -> mlp.forward(pass, n), dropped).last());
        y = block.through(pass, y.last(), null);
        y.takeLast();
        return y;
    }

    /** This layer for one batch. */
    Block on(BatchContext batch) {
        return new Bound(this, batch);
    }

    private record Bound(TransformerLayer layer, BatchContext batch) implements Block {
        @Override
        public String path() {
            return layer.path;
        }

        @Override
        public List<Parameter> parameters() {
            return layer.parameters();
        }

        @Override
        public Value forward(Pass pass, Value x) {
            return layer.forward(pass, x, batch);
        }

        @Override
        public Reading read(Pass pass, Value x) {
            return layer.read(pass, x, batch);
        }

        @Override
        public List<Block> halves() {
            return List.of(new Part(layer.path + ".attention", half(layer.attentionNorm, layer.attention.sites(), layer.pointsOfAttention()), (pass, x) -> layer.attend(pass, x, batch)),
                    new Part(layer.path + ".mlp", half(layer.mlpNorm, layer.mlp.sites(), layer.pointsOfMlp()), layer::feed));
        }

        @Override
        public Tensor lengths() {
            return batch.lengths();
        }

        @Override
        public Block among(Tensor sequences, Tensor positions) {
            return new Bound(layer, new BatchContext(batch.lengths(), batch.causal(), batch.cos(), batch.sin(), null, new Model.Texts(sequences, positions, batch.lengths().dim(0))));
        }

        @Override
        public Tensor informativeness(Pass pass, Tensor x, long tokens) {
            Pass alone = pass.withoutTape();
            Value n = alone.constant(x.retain());
            return layer.attention.informativeness(alone, (layer.normBefore ? layer.attentionNorm.forward(alone, n.last()) : n).last(), batch, tokens);
        }

        @Override
        public Block beside(Pass given) {
            return layer.stream.branches().isEmpty() || !given.adapters().on() ? null : new Part(layer.stream.path(), layer.stream.parameters(), (pass, x) -> {
                Value y = layer.stream.through(pass, x, null);
                y.takeLast();
                return y;
            });
        }
    }

    /** A function of the stream that is a part of a layer. */
    private record Part(String path, List<Parameter> parameters, BiFunction<Pass, Value, Value> function) implements Block {
        @Override
        public Value forward(Pass pass, Value x) {
            return function.apply(pass, x);
        }
    }
}
