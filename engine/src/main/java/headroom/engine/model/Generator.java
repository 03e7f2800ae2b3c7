package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Pooling;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * Continues a text token by token with a language model, greedily or by keyed sampling: the same seed and prompt give the same text. Keys and
 * values of what was read are cached, so that a further token costs one row; neither tape nor dropout.
 */
public final class Generator {
    /**
     * @param newTokens most tokens to add
     * @param temperature 0 takes the likeliest token; 1 samples from the model's distribution, less from a sharper one
     * @param topK samples from this many likeliest tokens only; 0 from all
     * @param seed of the sampling
     */
    public record Settings(int newTokens, double temperature, int topK, long seed) {
        public Settings {
            if (newTokens < 1 || !(temperature >= 0) || topK < 0) {
                throw new IllegalArgumentException(newTokens + " new tokens at temperature " + temperature + " from the " + topK
                        + " likeliest; expected at least 1, at least 0 and at least 0");
            }
        }

        /** The likeliest token each time. */
        public static Settings greedy(int newTokens) {
            return new Settings(newTokens, 0, 0, 0);
        }
    }

    private final Compute compute;
    private final Model model;
    private final StackDriver driver;

    /** The blocks in a row. */
    public Generator(Compute compute, Model model) {
        this(compute, model, StackDriver.PLAIN);
    }

    /** @throws IllegalArgumentException if the model has no language-model head */
    public Generator(Compute compute, Model model, StackDriver driver) {
        if (model.head() == null) {
            throw new IllegalArgumentException("a " + model.config().family() + " model has no language-model head to continue a text with");
        }
        this.compute = compute;
        this.model = model;
        this.driver = driver;
    }

    /** The added tokens, up to and without the model's end token. */
    public int[] generate(int[] prompt, Settings settings) {
        return generate(prompt, settings, token -> { });
    }

    /**
     * @param prompt at least one token; of a prompt longer than the model's positions the end counts
     * @param each told every token as soon as it is known
     */
    public int[] generate(int[] prompt, Settings settings, IntConsumer each) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("an empty prompt; expected at least one token, such as the opening one");
        }
        int[] text = Arrays.copyOf(prompt, prompt.length + settings.newTokens());
        if (model instanceof TransformerDecoder decoder && text.length <= window()) {
            try (KeyValueCache cache = decoder.cache(compute, text.length)) {
                return continued(text, prompt.length, settings, each, n -> next(text, (int) cache.filled(), n, in -> decoder.hidden(Pass.untaped(compute), driver, in, cache)));
            }
        }
        // the window moves along the text, and what was read would have to move with it: read it again
        return continued(text, prompt.length, settings, each, n -> next(text, (int) Math.max(0, n - window()), n, in -> model.hidden(Pass.untaped(compute), driver, in)));
    }

    private int[] continued(int[] text, int prompt, Settings settings, IntConsumer each, IntFunction<float[]> logits) {
        long key = Keys.key(settings.seed(), "sample", "", 0);
        int n = prompt;
        while (n < text.length) {
            int token = choose(logits.apply(n), settings, key, n);
            if (token == model.config().eosToken()) {
                break;
            }
            text[n++] = token;
            each.accept(token);
        }
        return Arrays.copyOfRange(text, prompt, n);
    }

    /** Most tokens of a text that the model reads at once. */
    private long window() {
        ModelConfig c = model.config();
        return (c.slidingWindow() > 0 ? Math.min(c.slidingWindow(), c.maxPositions()) : c.maxPositions()) - model.insertedTokens();
    }

    /** Logits after tokens {@code from} to {@code n} have been read. */
    private float[] next(int[] text, int from, int n, Function<Model.Inputs, Value> read) {
        int length = n - from;
        Pass pass = Pass.untaped(compute);
        try (Tensor ids = integers("ids", length, i -> text[from + i]); Tensor lengths = integers("lengths", 1, i -> length)) {
            Value hidden = read.apply(new Model.Inputs(ids, null, lengths, 1, length));
            Value last = pass.apply(new Pooling.Last(lengths, length), hidden.last());
            try (Tensor logits = model.head().forward(pass, last.last()).take()) {
                return compute.floats(logits);
            }
        }
    }

    private Tensor integers(String owner, int n, IntUnaryOperator value) {
        return compute.upload(Category.DATA, owner, DType.I64, Shape.of(n), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(n * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < n; i++) {
                b.putLong(value.applyAsInt(i));
            }
            return b.flip();
        });
    }

    private static int choose(float[] logits, Settings s, long key, int position) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        if (s.temperature() == 0) {
            return best;
        }
        float least = Float.NEGATIVE_INFINITY;
        if (s.topK() > 0 && s.topK() < logits.length) {
            float[] sorted = logits.clone();
            Arrays.sort(sorted);
            least = sorted[sorted.length - s.topK()];
        }
        double[] weight = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            weight[i] = logits[i] < least ? 0 : Math.exp((logits[i] - logits[best]) / s.temperature());
            sum += weight[i];
        }
        double left = Keys.uniform(key, position) * sum;
        for (int i = 0; i < logits.length; i++) {
            left -= weight[i];
            if (left < 0) {
                return i;
            }
        }
        return best;
    }
}
