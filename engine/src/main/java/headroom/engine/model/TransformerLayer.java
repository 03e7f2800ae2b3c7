package headroom.engine.model;

import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Add;
import headroom.engine.tape.ops.Dropout;
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
    private final String attentionDropout;
    private final String mlpDropout;
    private final NormSite attentionNorm;
    private final SelfAttention attention;
    private final NormSite mlpNorm;
    private final Mlp mlp;
    private final List<LinearSite> sites;

    TransformerLayer(ModelConfig c, WeightsFactory weights, String path, int layer, double dropout) {
        this.path = path;
        this.normBefore = c.normPlace() == ModelConfig.NormPlace.BEFORE;
        this.dropout = dropout;
        this.attentionDropout = path + ".attention";
        this.mlpDropout = path + ".mlp";
        this.attentionNorm = new NormSite(c, weights, path + ".attention_norm");
        this.attention = new SelfAttention(c, weights, path + ".attention", layer);
        this.mlpNorm = new NormSite(c, weights, path + ".mlp_norm");
        this.mlp = new Mlp(c, weights, path + ".mlp");
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

    List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(24);
        attentionNorm.collect(all);
        attention.sites().forEach(s -> all.addAll(s.parameters()));
        mlpNorm.collect(all);
        mlp.sites().forEach(s -> all.addAll(s.parameters()));
        return all;
    }

    private Value forward(Pass pass, Value x, BatchContext batch) {
        // the driver's mark: x is read more than once here, for the last time by the residual sum
        x.takeLast();
        return normBefore ? normalisedBefore(pass, x, batch) : normalisedAfter(pass, x, batch);
    }

    private Value normalisedBefore(Pass pass, Value x, BatchContext batch) {
        Value a = attention.forward(pass, attentionNorm.forward(pass, x).last(), batch);
        Value h = residual(pass, x, a, attentionDropout);
        Value m = mlp.forward(pass, mlpNorm.forward(pass, h).last());
        return residual(pass, h, m, mlpDropout);
    }

    private Value normalisedAfter(Pass pass, Value x, BatchContext batch) {
        Value a = attention.forward(pass, x, batch);
        Value h = attentionNorm.forward(pass, residual(pass, x, a, attentionDropout).last());
        Value m = mlp.forward(pass, h);
        return mlpNorm.forward(pass, residual(pass, h, m, mlpDropout).last());
    }

    private Value residual(Pass pass, Value x, Value y, String site) {
        Value d = dropout > 0 ? pass.apply(new Dropout(dropout, site), y.last()) : y;
        return pass.apply(new Add(), x.last(), d.last());
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
