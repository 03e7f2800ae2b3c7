package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.model.KeyValuePoint;
import headroom.engine.model.KeyValueReading;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.Points;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Activation;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Dropout;
import headroom.engine.tape.ops.Linear;
import headroom.engine.tape.ops.ReadTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Keys and values in front of those of the tokens, in every layer: p·2·K·D numbers each ("prefix tuning", 2021; without the language-model head, "P-tuning v2", 2022). Trained
 * as a table, or as what a small network makes of p vectors; then the network is made anew in each layer that needs it, so a layer stays a function of its own parameters.
 */
public final class PrefixAdapter implements Adapter {
    /** Last name of the keys of a layer. */
    public static final String KEYS = ".prefix_keys";
    private static final String VALUES = ".prefix_values";
    private static final double DEVIATION = 0.02;

    /** Prefix of one layer: keys and values by what makes them. */
    private record Prefix(String path, long length, double dropout, List<Parameter> parameters, Function<Pass, Value[]> made) implements KeyValuePoint.Prefix {
        @Override
        public Value[] rows(Pass pass) {
            Value[] rows = made.apply(pass);
            if (dropout > 0) {
                rows[0] = pass.apply(new Dropout(dropout, path + ".keys"), rows[0].last());
                rows[1] = pass.apply(new Dropout(dropout, path + ".values"), rows[1].last());
            }
            return rows;
        }
    }

    /** h = tanh(E·Wᵀ + b), the part of the network that all layers share. */
    private record Shared(Parameter vectors, Parameter weight, Parameter bias) {
        Value hidden(Pass pass) {
            Value e = pass.apply(new ReadTable(vectors));
            return pass.apply(new Activation(Activation.Function.TANH), pass.apply(new Linear(new DenseWeight(weight), bias), e.last()).last());
        }
    }

    private final AddedParameters added;
    private final List<Prefix> prefixes;

    private PrefixAdapter(AddedParameters added, List<Prefix> prefixes) {
        this.added = added;
        this.prefixes = prefixes;
    }

    static PrefixAdapter attach(Compute c, Model model, AdapterChoice.PrefixKv choice, DType dtype, long seed) {
        AddedParameters added = new AddedParameters(c, dtype, seed);
        try {
            List<KeyValuePoint> points = Points.matching(model, KeyValuePoint.class, List.of("kv"));
            List<Prefix> prefixes = choice.hidden() > 0 ? made(points, model, choice, added) : table(points, model, choice, added);
            for (int i = 0; i < points.size(); i++) {
                points.get(i).attach(prefixes.get(i));
            }
            return new PrefixAdapter(added, prefixes);
        } catch (RuntimeException e) {
            added.close();
            throw e;
        }
    }

    private static List<Prefix> table(List<KeyValuePoint> points, Model model, AdapterChoice.PrefixKv choice, AddedParameters added) {
        boolean drawn = choice.start() == AdapterChoice.FrontStart.NORMAL;
        int p = choice.length();
        List<Prefix> all = new ArrayList<>();
        for (KeyValuePoint point : points) {
            Parameter[] t = new Parameter[2];
            for (int i = 0; i < 2; i++) {
                String path = point.path() + (i == 0 ? KEYS : VALUES);
                t[i] = drawn ? added.normal(DEVIATION, path, Parameter.Role.PROMPT, p, point.width()) : added.zeros(path, Parameter.Role.PROMPT, p, point.width());
            }
            all.add(new Prefix(point.path(), p, choice.dropout(), List.of(t), pass -> new Value[] {pass.apply(new ReadTable(t[0])), pass.apply(new ReadTable(t[1]))}));
        }
        if (!drawn) {
            int[] tokens = SampledTokens.of(model.config(), choice.tokens(), p, added.seed());
            try (Tensor ids = SampledTokens.upload(added.compute(), tokens); Tensor length = SampledTokens.upload(added.compute(), p);
                    KeyValueReading read = KeyValueReading.of(added.compute(), model, ids, length)) {
                for (int l = 0; l < all.size(); l++) {
                    added.compute().apply(CoreKernels.COPY_INTO, all.get(l).parameters().get(0).data(), read.keys(l));
                    added.compute().apply(CoreKernels.COPY_INTO, all.get(l).parameters().get(1).data(), read.values(l));
                }
            }
        }
        return all;
    }

    private static List<Prefix> made(List<KeyValuePoint> points, Model model, AdapterChoice.PrefixKv choice, AddedParameters added) {
        int p = choice.length();
        int d = model.config().hidden();
        int k = choice.hidden();
        Shared shared = new Shared(added.normal(1, "prefix.vectors", Parameter.Role.PROMPT, p, d), added.normal(1 / Math.sqrt(d), "prefix.hidden.weight", Parameter.Role.MATRIX, k, d),
                added.zeros("prefix.hidden.bias", Parameter.Role.BIAS, k));
        List<Prefix> all = new ArrayList<>();
        for (KeyValuePoint point : points) {
            Parameter[] w = new Parameter[2];
            Parameter[] b = new Parameter[2];
            for (int i = 0; i < 2; i++) {
                String path = point.path() + (i == 0 ? KEYS : VALUES);
                w[i] = added.normal(1 / Math.sqrt(k), path + ".weight", Parameter.Role.MATRIX, point.width(), k);
                b[i] = added.zeros(path + ".bias", Parameter.Role.BIAS, point.width());
            }
            List<Parameter> parameters = List.of(shared.vectors, shared.weight, shared.bias, w[0], b[0], w[1], b[1]);
            all.add(new Prefix(point.path(), p, choice.dropout(), parameters, pass -> {
                Value h = shared.hidden(pass);
                Value keys = pass.apply(new Linear(new DenseWeight(w[0]), b[0]), h);
                return new Value[] {keys, pass.apply(new Linear(new DenseWeight(w[1]), b[1]), h.last())};
            }));
        }
        return all;
    }

    /** The keys and values [p, K·D] of each layer by path, whatever makes them: all that is needed to use the prefix. Owned by the caller. */
    public Map<String, Tensor> tables(Compute c) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (Prefix p : prefixes) {
            Value[] rows = p.rows(Pass.untaped(c));
            out.put(p.path + KEYS, rows[0].take());
            out.put(p.path + VALUES, rows[1].take());
        }
        return out;
    }

    @Override
    public List<Parameter> parameters() {
        return added.all();
    }

    @Override
    public boolean merges() {
        return false;
    }

    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return weight;
    }

    @Override
    public void close() {
        added.close();
    }
}
