package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Add;
import headroom.engine.tape.ops.AddPositions;
import headroom.engine.tape.ops.AddRows;
import headroom.engine.tape.ops.Dropout;
import headroom.engine.tape.ops.Embedding;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.List;

/**
 * BERT and RoBERTa: token, position and type embeddings, a norm, layers normalised after each sum. Texts are padded on the right. The published pooler is not part of it:
 * heads here pool over all tokens.
 */
public final class TransformerEncoder implements Model {
    private static final String EMBEDDINGS = "embeddings";

    private final ModelConfig config;
    private final double dropout;
    private final Parameter tokens;
    private final Parameter positions;
    private final Parameter types;
    private final NormSite norm;
    private final TransformerStack stack;
    private final TokenPoint prompt;
    private final ValuePoint end;

    /**
     * @param dropout share of the elements dropped after the embeddings and before each residual sum, while training
     * @throws IllegalArgumentException if the configuration describes something else
     */
    TransformerEncoder(ModelConfig given, WeightsFactory weights, double dropout) {
        if (!given.family().isEncoder() || given.projectsEmbedding() || given.positions() != ModelConfig.Positions.LEARNED) {
            throw new IllegalArgumentException("an encoder of " + given + "; expected the shape of BERT or RoBERTa");
        }
        this.config = given.withoutPooler();
        this.dropout = dropout;
        this.tokens = table(weights, "token", config.vocab());
        this.positions = table(weights, "position", config.positionRows());
        this.types = config.tokenTypes() == 0 ? null : table(weights, "type", config.tokenTypes());
        this.norm = new NormSite(config, weights, EMBEDDINGS + ".norm");
        this.stack = new TransformerStack(config, weights, "encoder", dropout);
        this.prompt = new TokenPoint(EMBEDDINGS + ".tokens", config.hidden());
        this.end = new ValuePoint("encoder.hidden", ValuePoint.Kind.STACK, config.hidden());
    }

    private Parameter table(WeightsFactory weights, String name, long rows) {
        return weights.parameter(EMBEDDINGS + "." + name + ".weight", Parameter.Role.EMBEDDING, Shape.of(rows, config.hidden()), WeightsFactory.Start.NORMAL);
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Value hidden(Pass pass, StackDriver driver, Inputs inputs) {
        return finished(pass, prompt.around(pass, read(pass, inputs), inputs, (x, grown) -> stack.run(pass, driver, placed(pass, x, grown), grown)));
    }

    /** Keys and values of one text join the cache of every layer. */
    void read(Pass pass, Inputs inputs, KeyValueCache cache) {
        stack.run(pass, StackDriver.PLAIN, placed(pass, read(pass, inputs), inputs), inputs, cache).release();
        cache.advance(inputs.length());
    }

    /** An empty cache for a text of {@code capacity} tokens. */
    KeyValueCache cache(Compute c, long capacity) {
        return stack.cache(c, tokens.dtype(), capacity, 0);
    }

    private Value read(Pass pass, Inputs inputs) {
        String before = pass.compute().within(EMBEDDINGS);
        Value x = pass.apply(new Embedding(tokens, inputs.ids()));
        pass.compute().within(before);
        return x;
    }

    private Value placed(Pass pass, Value embedded, Inputs inputs) {
        stack.check(inputs.length());
        String before = pass.compute().within(EMBEDDINGS);
        Value x = inputs.texts() == null ? pass.apply(new AddRows(positions, config.positionOffset(), inputs.length()), embedded.last())
                : pass.apply(new AddPositions(positions, inputs.texts().positions(), config.positionOffset()), embedded.last());
        if (types != null) {
            // without segment ids every token is of type 0
            x = inputs.segments() == null ? pass.apply(new AddRows(types, 0, 1), x.last())
                    : pass.apply(new Add(), x.last(), pass.apply(new Embedding(types, inputs.segments())).last());
        }
        x = norm.forward(pass, x.last());
        if (dropout > 0) {
            x = pass.apply(new Dropout(dropout, EMBEDDINGS), x.last());
        }
        pass.compute().within(before);
        return x;
    }

    private Value finished(Pass pass, Value x) {
        Value y = end.through(pass, x.last(), null);
        y.takeLast();
        return y;
    }

    @Override
    public List<Point> points() {
        List<Point> all = new ArrayList<>(List.of(prompt));
        all.addAll(stack.points());
        all.add(end);
        return all;
    }

    @Override
    public long insertedTokens() {
        return prompt.length();
    }

    @Override
    public LinearSite head() {
        return null;
    }

    @Override
    public List<LinearSite> sites() {
        return stack.sites();
    }

    @Override
    public List<String> blocks() {
        return stack.paths();
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(16 * config.layers() + 8);
        all.add(tokens);
        all.add(positions);
        if (types != null) {
            all.add(types);
        }
        norm.collect(all);
        all.addAll(prompt.parameters());
        stack.collect(all);
        all.addAll(end.parameters());
        return all;
    }

    @Override
    public void close() {
        parameters().forEach(Parameter::close);
        stack.close();
    }
}
