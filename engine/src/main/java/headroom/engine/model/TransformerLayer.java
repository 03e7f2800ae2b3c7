package headroom.engine.model;

import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.Block;
import java.util.ArrayList;
import java.util.List;

/**
 * One transformer layer of any family here: attention and feed-forward, each with a residual, normalised before the sub-layer (GPT-2, OPT, LLaMA) or after its sum
 * (BERT, OPT-350M). Trained in full, a layer keeps per token 8d + 2F elements for the backward pass (8d + 3F with a gate), frozen 6d + F (6d + 2F), plus statistics.
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
        List<Point> all = new ArrayList<>(List.of(aroundAttention.in()));
        attention.sites().forEach(s -> all.add(s.point()));
        all.addAll(List.of(attention.keysAndValues(), aroundAttention.out(), aroundMlp.in()));
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
        // the sites have given those of theirs
        points().stream().filter(p -> !(p instanceof ValuePoint v && v.kind() == ValuePoint.Kind.SITE)).forEach(p -> all.addAll(p.parameters()));
        return all;
    }

    private Value forward(Pass pass, Value x, BatchContext batch) {
        // the driver's mark: x is read more than once here, for the last time by the residual sum
        x.takeLast();
        Value y = normBefore ? normalisedBefore(pass, x, batch) : normalisedAfter(pass, x, batch);
        y = block.through(pass, y.last(), null);
        y.takeLast();
        return y;
    }

    private Value normalisedBefore(Pass pass, Value x, BatchContext batch) {
        Value h = aroundAttention.sum(pass, x, attentionNorm.forward(pass, x).last(), n -> attention.forward(pass, n, batch), dropout);
        return aroundMlp.sum(pass, h, mlpNorm.forward(pass, h).last(), n -> mlp.forward(pass, n), dropout);
    }

    private Value normalisedAfter(Pass pass, Value x, BatchContext batch) {
        Value h = attentionNorm.forward(pass, aroundAttention.sum(pass, x, x, n -> attention.forward(pass, n, batch), dropout).last());
        return mlpNorm.forward(pass, aroundMlp.sum(pass, h, h, n -> mlp.forward(pass, n), dropout).last());
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
    }
}
