package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Pooling;
import java.util.ArrayList;
import java.util.List;

/**
 * A classifier on a model's hidden states: one row per sequence (the mean over its tokens for an encoder, its last token for a decoder, which alone has seen all others),
 * then a linear layer with bias. Booked as ADAPTER: it belongs to the task, not to the base model.
 */
public final class TaskHead implements AutoCloseable {
    private static final String PATH = "head";
    private static final double DEVIATION = 0.02;

    /** Which row of a sequence, or what of its rows, a head reads. */
    public enum Features {
        MEAN, FIRST, LAST;

        /** The mean over the tokens of an encoder, the last token of a decoder. */
        public static Features standard(ModelConfig config) {
            return config.family().isEncoder() ? MEAN : LAST;
        }
    }

    private final Features features;
    private final LinearSite linear;
    private final ValuePoint point;

    private TaskHead(Features features, LinearSite linear) {
        this.features = features;
        this.linear = linear;
        this.point = new ValuePoint(PATH + ".features", ValuePoint.Kind.FEATURES, linear.in());
    }

    /**
     * @param dtype compute dtype; the weights start normal with deviation 0.02 by the seed, the bias at zero
     * @throws IllegalArgumentException if there are fewer than two classes
     */
    public static TaskHead create(Compute c, ModelConfig config, int classes, DType dtype, long seed) {
        return create(c, config, classes, dtype, seed, Features.standard(config));
    }

    /** The same, reading chosen features. */
    public static TaskHead create(Compute c, ModelConfig config, int classes, DType dtype, long seed, Features features) {
        if (classes < 2) {
            throw new IllegalArgumentException("a task of " + classes + " classes; expected at least 2 different labels");
        }
        String path = PATH + Paths.WEIGHT;
        Tensor w = c.zeros(Category.ADAPTER, PATH, dtype, Shape.of(classes, config.embedding()));
        try {
            c.apply(RandomKernels.ADD_NORMAL_INTO, w, Keys.key(seed, "start", path, 0), 0L, DEVIATION);
            Tensor b = c.zeros(Category.ADAPTER, PATH, dtype, Shape.of(classes));
            return new TaskHead(features,
                    new LinearSite(PATH, new DenseWeight(new Parameter(path, Parameter.Role.MATRIX, w)), new Parameter(PATH + Paths.BIAS, Parameter.Role.BIAS, b)));
        } catch (RuntimeException e) {
            w.close();
            throw e;
        }
    }

    public int classes() {
        return (int) linear.out();
    }

    public LinearSite site() {
        return linear;
    }

    /** Where adapters change what the head reads. */
    public ValuePoint point() {
        return point;
    }

    public List<Parameter> parameters() {
        if (point.branches().isEmpty()) {
            return linear.parameters();
        }
        List<Parameter> all = new ArrayList<>(point.parameters());
        all.addAll(linear.parameters());
        return all;
    }

    /** Features of each sequence, or of each slot for a text: hidden [B·T, d] → [B, d]; hidden is read for the last time. */
    public Value features(Pass pass, Value hidden, Model.Inputs inputs) {
        Model.Texts texts = inputs.texts();
        Op pool = switch (features) {
            case MEAN -> texts == null ? new Pooling.Mean(inputs.lengths(), inputs.length()) : new Pooling.TextMean(texts.slots(), texts.count());
            case FIRST -> texts == null ? new Pooling.First(inputs.batch(), inputs.length()) : firstOf(texts);
            case LAST -> texts == null ? new Pooling.Last(inputs.lengths(), inputs.length()) : new Pooling.TextLast(texts.slots(), texts.count());
        };
        String before = pass.compute().within(PATH);
        Value pooled = point.through(pass, pass.apply(pool, hidden.last()).last(), null);
        pooled.takeLast();
        pass.compute().within(before);
        return pooled;
    }

    private static Op firstOf(Model.Texts texts) {
        throw new IllegalStateException("the first token of each of " + texts.count() + " texts that share rows; heads on the first token want one text a row");
    }

    /** Logits [B, classes]; hidden [B·T, d] is read for the last time. */
    public Value logits(Pass pass, Value hidden, Model.Inputs inputs) {
        return linear.forward(pass, features(pass, hidden, inputs).last());
    }

    @Override
    public void close() {
        linear.parameters().forEach(Parameter::close);
    }
}
