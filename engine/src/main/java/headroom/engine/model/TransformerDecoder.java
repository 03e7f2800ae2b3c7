package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.AddPositions;
import headroom.engine.tape.ops.AddRows;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Dropout;
import headroom.engine.tape.ops.Embedding;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.List;

/**
 * GPT-2, OPT, LLaMA, Mistral and Qwen2, told apart by their configuration alone: kind and place of norms, learned or rotary positions, feed-forward form, biases, shared
 * key-value heads, tied head, projected embeddings. Texts are padded on the right.
 */
public final class TransformerDecoder implements Model {
    private static final String EMBEDDINGS = "embeddings";
    private static final String HEAD = "lm_head";

    private final ModelConfig config;
    private final double dropout;
    private final Parameter tokens;
    private final Parameter positions;
    private final LinearSite projectIn;
    private final TransformerStack stack;
    private final NormSite norm;
    private final LinearSite projectOut;
    private final LinearSite head;
    private final TokenPoint prompt;
    private final ValuePoint end;

    /**
     * @param dropout share of the elements dropped after the embeddings and before each residual sum, while training
     * @throws IllegalArgumentException if the configuration describes an encoder
     */
    TransformerDecoder(ModelConfig config, WeightsFactory weights, double dropout) {
        if (config.family().isEncoder()) {
            throw new IllegalArgumentException("a decoder of " + config + "; expected the shape of GPT-2, OPT, LLaMA, Mistral or Qwen2");
        }
        this.config = config;
        this.dropout = dropout;
        this.tokens = weights.parameter(EMBEDDINGS + ".token.weight", Parameter.Role.EMBEDDING, Shape.of(config.vocab(), config.embedding()), WeightsFactory.Start.NORMAL);
        this.positions = config.positions() == ModelConfig.Positions.ROTARY ? null
                : weights.parameter(EMBEDDINGS + ".position.weight", Parameter.Role.EMBEDDING, Shape.of(config.positionRows(), config.hidden()), WeightsFactory.Start.NORMAL);
        this.projectIn = config.projectsEmbedding() ? projection(weights, EMBEDDINGS + ".project_in", config.hidden(), config.embedding()) : null;
        this.stack = new TransformerStack(config, weights, "decoder", dropout);
        this.norm = config.finalNorm() ? new NormSite(config, weights, "decoder.norm") : null;
        this.projectOut = config.projectsEmbedding() ? projection(weights, "decoder.project_out", config.embedding(), config.hidden()) : null;
        this.head = config.tiedHead() ? new LinearSite(HEAD, new DenseWeight(tokens), null) : projection(weights, HEAD, config.vocab(), config.embedding());
        this.prompt = new TokenPoint(EMBEDDINGS + ".tokens", config.embedding());
        this.end = new ValuePoint("decoder.hidden", ValuePoint.Kind.STACK, config.embedding());
    }

    /** A plain matrix whatever the storage of the layers is: heads and projections of embeddings are not quantised. */
    private static LinearSite projection(WeightsFactory weights, String path, long out, long in) {
        return new LinearSite(path, new DenseWeight(weights.parameter(path + Paths.WEIGHT, Parameter.Role.MATRIX, Shape.of(out, in), WeightsFactory.Start.NORMAL)), null);
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Value hidden(Pass pass, StackDriver driver, Inputs inputs) {
        return finished(pass, driver, prompt.around(pass, read(pass, inputs), inputs, (x, grown) -> {
            stack.check(grown.length());
            return stack.run(pass, driver, placed(pass, x, 0, grown), grown);
        }));
    }

    /** Hidden states of the next tokens of one text, whose keys and values join the cache; the blocks in a row. */
    Value hidden(Pass pass, Inputs inputs, KeyValueCache cache) {
        return hidden(pass, StackDriver.PLAIN, inputs, cache);
    }

    /** The same with a driver that reads every block once. */
    Value hidden(Pass pass, StackDriver driver, Inputs inputs, KeyValueCache cache) {
        long from = cache.position();
        TokenPoint.Body body = (x, grown) -> {
            stack.check(from + grown.length());
            return stack.run(pass, driver, placed(pass, x, from, grown), grown, cache);
        };
        Value x = read(pass, inputs);
        // the prompt is read once, with the beginning of the text
        Value y = from == 0 ? prompt.around(pass, x, inputs, body) : body.run(x, inputs);
        cache.advance(inputs.length());
        return finished(pass, driver, y);
    }

    /** An empty cache for a text of at most {@code capacity} tokens. */
    KeyValueCache cache(Compute c, long capacity) {
        return stack.cache(c, tokens.dtype(), capacity, prompt.length());
    }

    private Value read(Pass pass, Inputs inputs) {
        String before = pass.compute().within(EMBEDDINGS);
        Value x = pass.apply(new Embedding(tokens, inputs.ids()));
        pass.compute().within(before);
        return x;
    }

    /** Embedded tokens at their positions, the first of which is {@code from}. */
    private Value placed(Pass pass, Value embedded, long from, Inputs inputs) {
        String before = pass.compute().within(EMBEDDINGS);
        Value x = embedded;
        if (projectIn != null) {
            x = projectIn.forward(pass, x.last());
        }
        if (positions != null) {
            x = inputs.texts() == null ? pass.apply(new AddRows(positions, config.positionOffset() + from, inputs.length()), x.last())
                    : pass.apply(new AddPositions(positions, inputs.texts().positions(), config.positionOffset()), x.last());
        }
        if (dropout > 0) {
            x = pass.apply(new Dropout(dropout, EMBEDDINGS), x.last());
        }
        pass.compute().within(before);
        return x;
    }

    private Value finished(Pass pass, StackDriver driver, Value x) {
        Value y = norm == null || stack.isBeside(pass, driver) ? x : norm.forward(pass, x.last());
        y = end.through(pass, (projectOut == null ? y : projectOut.forward(pass, y.last())).last(), null);
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
        return head;
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
        List<Parameter> all = new ArrayList<>(24 * config.layers() + 8);
        all.add(tokens);
        if (positions != null) {
            all.add(positions);
        }
        if (projectIn != null) {
            all.addAll(projectIn.parameters());
        }
        all.addAll(prompt.parameters());
        stack.collect(all);
        if (norm != null) {
            norm.collect(all);
        }
        if (projectOut != null) {
            all.addAll(projectOut.parameters());
        }
        all.addAll(end.parameters());
        head.parameters().stream().filter(p -> p != tokens).forEach(all::add);
        return all;
    }

    @Override
    public void close() {
        parameters().forEach(Parameter::close);
        stack.close();
        for (LinearSite s : new LinearSite[] {projectIn, projectOut, head}) {
            if (s != null) {
                s.weight().close();
            }
        }
    }
}
