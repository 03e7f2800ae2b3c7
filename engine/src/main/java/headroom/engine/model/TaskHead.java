package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.AdapterControls;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Pooling;
import headroom.engine.tape.ops.SegmentedLinear;
import headroom.engine.tape.ops.UnitPieces;
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

    /** Score that every class of a head on summaries starts with, as if each were one in a hundred. */
    private static final double RARE = -Math.log(99);

    /**
     * What a head reads beside the pooled state: what queries became in each layer, as pieces of length 1, like the pooled state then.
     *
     * @param width numbers of all layers together for a sequence, L·t·d; 0 without queries
     */
    public record Summaries(long width) {
        static final Summaries NONE = new Summaries(0);
    }

    private final Features features;
    private final Summaries summaries;
    /** One, or one for each set of an adapter. */
    private final List<LinearSite> linears;
    private final ValuePoint point;
    private int answering;

    private TaskHead(Features features, Summaries summaries, List<LinearSite> linears) {
        this.features = features;
        this.summaries = summaries;
        this.linears = linears;
        this.point = new ValuePoint(PATH + ".features", ValuePoint.Kind.FEATURES, linears.getFirst().in());
    }

    /**
     * A head of its own for one of several sets of an adapter, whose rows share the model.
     *
     * @param seed that the head starts from
     */
    public record Set(String name, long seed) {}

    /**
     * @param dtype compute dtype; the weights start normal with deviation 0.02 by the seed, the bias at zero
     * @throws IllegalArgumentException if there are fewer than two classes
     */
    public static TaskHead create(Compute c, ModelConfig config, int classes, DType dtype, long seed) {
        return create(c, config, classes, dtype, seed, Features.standard(config));
    }

    /** The same, reading chosen features. */
    public static TaskHead create(Compute c, ModelConfig config, int classes, DType dtype, long seed, Features features) {
        require(classes);
        return new TaskHead(features, Summaries.NONE, List.of(linear(c, config.embedding(), classes, dtype, seed, PATH, DEVIATION)));
    }

    /** The same on what queries read besides. The weights start with deviation √(2 / classes), and the bias as for classes that are rare, as VQT starts them. */
    public static TaskHead create(Compute c, ModelConfig config, int classes, DType dtype, long seed, Summaries summaries) {
        require(classes);
        LinearSite site = linear(c, config.embedding() + summaries.width(), classes, dtype, seed, PATH, Math.sqrt(2.0 / classes));
        c.apply(CoreKernels.FILL_INTO, site.bias().data(), RARE);
        return new TaskHead(Features.standard(config), summaries, List.of(site));
    }

    /** Heads of several sets, each on its rows. A head starts as it would alone. */
    public static TaskHead create(Compute c, ModelConfig config, int classes, DType dtype, Features features, List<Set> sets) {
        require(classes);
        List<LinearSite> all = new ArrayList<>();
        try {
            sets.forEach(s -> all.add(linear(c, config.embedding(), classes, dtype, s.seed(), PATH + "." + s.name(), DEVIATION)));
            return new TaskHead(features, Summaries.NONE, List.copyOf(all));
        } catch (RuntimeException e) {
            all.forEach(s -> s.parameters().forEach(Parameter::close));
            throw e;
        }
    }

    private static void require(int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException("a task of " + classes + " classes; expected at least 2 different labels");
        }
    }

    private static LinearSite linear(Compute c, long width, int classes, DType dtype, long seed, String at, double deviation) {
        Tensor w = c.zeros(Category.ADAPTER, at, dtype, Shape.of(classes, width));
        try {
            c.apply(RandomKernels.ADD_NORMAL_INTO, w, Keys.key(seed, "start", PATH + Paths.WEIGHT, 0), 0L, deviation);
            Tensor b = c.zeros(Category.ADAPTER, at, dtype, Shape.of(classes));
            return new LinearSite(at, new DenseWeight(new Parameter(at + Paths.WEIGHT, Parameter.Role.MATRIX, w)), new Parameter(at + Paths.BIAS, Parameter.Role.BIAS, b));
        } catch (RuntimeException e) {
            w.close();
            throw e;
        }
    }

    /** Heads, one for each set of an adapter. */
    public int count() {
        return linears.size();
    }

    public int classes() {
        return (int) site().out();
    }

    /** The layer; of several that of the first set. */
    public LinearSite site() {
        return linears.getFirst();
    }

    /** Where adapters change what the head reads. */
    public ValuePoint point() {
        return point;
    }

    public List<Parameter> parameters() {
        if (point.branches().isEmpty()) {
            return linears.stream().flatMap(s -> s.parameters().stream()).toList();
        }
        List<Parameter> all = new ArrayList<>(point.parameters());
        linears.forEach(s -> all.addAll(s.parameters()));
        return all;
    }

    /** True if the head reads what queries make of the layers, which {@link #features} then is given. */
    public boolean readsQueries() {
        return summaries.width() > 0;
    }

    /** Features of each sequence, or of each slot for a text: hidden [B·T, d] → [B, d]; hidden is read for the last time. */
    public Value features(Pass pass, Value hidden, Model.Inputs inputs) {
        return features(pass, hidden, inputs, List.of());
    }

    /**
     * The same with what queries became.
     *
     * @param rows [B·t, d] of each layer, read for the last time; none where adapters are off, and then their part of the features is zero
     * @return [B, d + L·t·d]
     */
    public Value features(Pass pass, Value hidden, Model.Inputs inputs, List<Value> rows) {
        Model.Texts texts = inputs.texts();
        Op pool = switch (features) {
            case MEAN -> texts == null ? new Pooling.Mean(inputs.lengths(), inputs.length()) : new Pooling.TextMean(texts.slots(), texts.count());
            case FIRST -> texts == null ? new Pooling.First(inputs.batch(), inputs.length()) : firstOf(texts);
            case LAST -> texts == null ? new Pooling.Last(inputs.lengths(), inputs.length()) : new Pooling.TextLast(texts.slots(), texts.count());
        };
        String before = pass.compute().within(PATH);
        Value read = pass.apply(pool, hidden.last());
        if (readsQueries()) {
            List<Value> pieces = new ArrayList<>(List.of(read));
            pieces.addAll(rows);
            read = pass.apply(new UnitPieces(inputs.batch(), site().in()), pieces.stream().map(Value::last).toArray(Value[]::new));
        }
        Value pooled = point.through(pass, read.last(), null);
        pooled.takeLast();
        pass.compute().within(before);
        return pooled;
    }

    private static Op firstOf(Model.Texts texts) {
        throw new IllegalStateException("the first token of each of " + texts.count() + " texts that share rows; heads on the first token want one text a row");
    }

    /** Logits [B, classes]; hidden [B·T, d] is read for the last time. */
    public Value logits(Pass pass, Value hidden, Model.Inputs inputs) {
        return logits(pass, features(pass, hidden, inputs).last());
    }

    /** Lets a set answer from now on where a pass does not say which rows are whose. */
    public void answer(int set) {
        answering = set;
    }

    /** Logits of features [B, d], read for the last time if they are marked so. */
    public Value logits(Pass pass, Value rows) {
        if (linears.size() == 1) {
            return site().forward(pass, rows);
        }
        AdapterControls.RowSets sets = pass.adapters().rows() == null ? AdapterControls.RowSets.all(answering) : pass.adapters().rows();
        String before = pass.compute().within(PATH);
        Value y = pass.apply(new SegmentedLinear(sets.over(rows.tensor().dim(0)).stream().map(s -> {
            LinearSite at = linears.get(s.set());
            return new SegmentedLinear.Part(((DenseWeight) at.weight()).parameter(), at.bias(), s.from(), s.to());
        }).toList()), rows);
        pass.compute().within(before);
        return y;
    }

    @Override
    public void close() {
        linears.forEach(s -> s.parameters().forEach(Parameter::close));
    }
}
