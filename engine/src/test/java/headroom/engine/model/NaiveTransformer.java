package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.tape.Parameter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** A transformer in loops over doubles, written from the published descriptions without anything of the engine but the weights: what the engine's forward pass is held to. */
final class NaiveTransformer {
    private final ModelConfig config;
    private final Map<String, double[]> weights = new HashMap<>();

    NaiveTransformer(Compute c, Model m) {
        this.config = m.config();
        for (Parameter p : m.parameters()) {
            weights.put(p.path(), TinyModels.doubles(c, p.data()).toArray());
        }
    }

    /** Hidden states [T][width] of one text, without padding. */
    double[][] hidden(int[] ids, int[] segments) {
        return hidden(ids, segments, null, null);
    }

    /**
     * The same with queries joined to each layer's input: rows that attend, but are not attended to, and leave behind the layer.
     *
     * @param queries [layer][t][d], or null for none
     * @param summaries takes what they became
     */
    double[][] hidden(int[] ids, int[] segments, double[][][] queries, List<double[][]> summaries) {
        int n = ids.length;
        double[][] x = new double[n][];
        for (int t = 0; t < n; t++) {
            x[t] = row("embeddings.token.weight", ids[t], config.embedding());
        }
        if (config.projectsEmbedding()) {
            x = linear("embeddings.project_in", x);
        }
        for (int t = 0; t < n; t++) {
            if (config.positions() == ModelConfig.Positions.LEARNED) {
                add(x[t], row("embeddings.position.weight", t + config.positionOffset(), config.hidden()));
            }
            if (config.tokenTypes() > 0) {
                add(x[t], row("embeddings.type.weight", segments == null ? 0 : segments[t], config.hidden()));
            }
        }
        boolean encoder = config.family().isEncoder();
        if (encoder) {
            x = norm("embeddings.norm", x);
        }
        for (int l = 0; l < config.layers(); l++) {
            String path = (encoder ? "encoder." : "decoder.") + l;
            boolean before = config.normPlace() == ModelConfig.NormPlace.BEFORE;
            x = joined(x, queries == null ? new double[0][] : queries[l]);
            double[][] a = attention(path + ".attention", before ? norm(path + ".attention_norm", x) : x, !encoder, n);
            x = before ? sum(x, a) : norm(path + ".attention_norm", sum(x, a));
            double[][] m = mlp(path + ".mlp", before ? norm(path + ".mlp_norm", x) : x);
            x = before ? sum(x, m) : norm(path + ".mlp_norm", sum(x, m));
            if (queries != null) {
                summaries.add(Arrays.copyOfRange(x, n, x.length));
                x = Arrays.copyOf(x, n);
            }
        }
        if (config.finalNorm()) {
            x = norm("decoder.norm", x);
        }
        return config.projectsEmbedding() ? linear("decoder.project_out", x) : x;
    }

    private static double[][] joined(double[][] x, double[][] rows) {
        double[][] all = Arrays.copyOf(x, x.length + rows.length);
        System.arraycopy(rows, 0, all, x.length, rows.length);
        return all;
    }

    /** Rows from {@code n} on are queries: they stand at the last of the n tokens, and see all of them. */
    private double[][] attention(String path, double[][] x, boolean causal, int n) {
        double[][] q = linear(path + ".q", x);
        double[][] k = linear(path + ".k", Arrays.copyOf(x, n));
        double[][] v = linear(path + ".v", Arrays.copyOf(x, n));
        int d = config.headDim();
        if (config.positions() == ModelConfig.Positions.ROTARY) {
            rotate(q, d, n);
            rotate(k, d, n);
        }
        double[][] mixed = new double[x.length][config.queryWidth()];
        int shared = config.heads() / config.kvHeads();
        for (int h = 0; h < config.heads(); h++) {
            int qo = h * d;
            int ko = h / shared * d;
            for (int t = 0; t < x.length; t++) {
                int seen = causal ? Math.min(t + 1, n) : n;
                double[] p = new double[seen];
                double total = 0;
                for (int s = 0; s < seen; s++) {
                    double dot = 0;
                    for (int i = 0; i < d; i++) {
                        dot += q[t][qo + i] * k[s][ko + i];
                    }
                    p[s] = Math.exp(dot / Math.sqrt(d));
                    total += p[s];
                }
                for (int s = 0; s < seen; s++) {
                    for (int i = 0; i < d; i++) {
                        mixed[t][qo + i] += p[s] / total * v[s][ko + i];
                    }
                }
            }
        }
        return linear(path + ".out", mixed);
    }

    /** Pairs (i, i + D/2) of each head are turned by position · θ^(−2i/D), the slow ones slower still where the model was stretched. */
    private void rotate(double[][] x, int d, int n) {
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < x[t].length; o += d) {
                for (int i = 0; i < d / 2; i++) {
                    double angle = Math.min(t, n - 1) * frequency(i, d);
                    double a = x[t][o + i];
                    double b = x[t][o + i + d / 2];
                    x[t][o + i] = a * Math.cos(angle) - b * Math.sin(angle);
                    x[t][o + i + d / 2] = b * Math.cos(angle) + a * Math.sin(angle);
                }
            }
        }
    }

    private double frequency(int i, int d) {
        double f = 1 / Math.pow(config.ropeTheta(), 2.0 * i / d);
        if (config.ropeScaling().isEmpty()) {
            return f;
        }
        ModelConfig.RopeScaling s = config.ropeScaling().get();
        double wavelength = 2 * Math.PI / f;
        if (wavelength < s.originalPositions() / s.highFreqFactor()) {
            return f;
        }
        if (wavelength > s.originalPositions() / s.lowFreqFactor()) {
            return f / s.factor();
        }
        double smooth = (s.originalPositions() / wavelength - s.lowFreqFactor()) / (s.highFreqFactor() - s.lowFreqFactor());
        return (1 - smooth) * f / s.factor() + smooth * f;
    }

    private double[][] mlp(String path, double[][] x) {
        double[][] u = linear(path + ".up", x);
        if (config.gated()) {
            double[][] g = linear(path + ".gate", x);
            for (int t = 0; t < x.length; t++) {
                for (int i = 0; i < u[t].length; i++) {
                    u[t][i] *= g[t][i] / (1 + Math.exp(-g[t][i]));
                }
            }
        } else {
            DoubleUnaryOperator f = switch (config.activation()) {
                case GELU -> z -> z * normalShare(z);
                case GELU_TANH -> z -> 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
                case RELU -> z -> Math.max(z, 0);
                case SILU -> throw new AssertionError();
            };
            for (double[] r : u) {
                for (int i = 0; i < r.length; i++) {
                    r[i] = f.applyAsDouble(r[i]);
                }
            }
        }
        return linear(path + ".down", u);
    }

    /** Φ(z) by its series, which converges everywhere. */
    private static double normalShare(double z) {
        double term = z;
        double sum = z;
        for (int n = 1; n < 400; n++) {
            term *= z * z / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }

    private double[][] norm(String path, double[][] x) {
        double[] w = weights.get(path + ".weight");
        double[] b = weights.get(path + ".bias");
        double[][] y = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            double mean = 0;
            double square = 0;
            int d = x[t].length;
            for (double v : x[t]) {
                mean += v / d;
                square += v * v / d;
            }
            boolean rms = config.norm() == ModelConfig.Norm.RMS_NORM;
            double centre = rms ? 0 : mean;
            double scale = 1 / Math.sqrt(square - centre * centre + config.normEps());
            for (int i = 0; i < d; i++) {
                y[t][i] = (x[t][i] - centre) * scale * w[i] + (rms ? 0 : b[i]);
            }
        }
        return y;
    }

    /** x Wᵀ + b. */
    double[][] linear(String path, double[][] x) {
        double[] w = weights.get(path + ".weight");
        double[] b = weights.get(path + ".bias");
        int in = x[0].length;
        int out = w.length / in;
        double[][] y = new double[x.length][out];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < out; o++) {
                double s = b == null ? 0 : b[o];
                for (int i = 0; i < in; i++) {
                    s += x[t][i] * w[o * in + i];
                }
                y[t][o] = s;
            }
        }
        return y;
    }

    private double[] row(String path, int i, int width) {
        return Arrays.copyOfRange(weights.get(path), i * width, (i + 1) * width);
    }

    private static void add(double[] to, double[] x) {
        for (int i = 0; i < to.length; i++) {
            to[i] += x[i];
        }
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] s = new double[a.length][];
        for (int t = 0; t < a.length; t++) {
            s[t] = a[t].clone();
            add(s[t], b[t]);
        }
        return s;
    }
}
