package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Support;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.ops.WeightSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A linear site with a stored weight, run forward and backward on random inputs; and the same sums in float64. */
final class Product {
    static final int ROWS = 7;

    double[] x;
    double[] dy;
    double[] y;
    double[] dx;
    double[] weight;
    final Map<String, double[]> gradients = new HashMap<>();

    /** Runs a site; frees everything but the weight. */
    static Product of(Compute c, WeightSource w, boolean train) {
        Product p = new Product();
        Random random = new Random(5);
        p.x = random.doubles(ROWS * w.in(), -1, 1).map(v -> (float) v).toArray();
        p.dy = random.doubles(ROWS * w.out(), -1, 1).map(v -> (float) v).toArray();
        // small beside y, whose rounding is judged
        double[] b = random.doubles(w.out(), -0.05, 0.05).map(v -> (float) v).toArray();
        Map<Parameter, Trainables.Trained> trained = new IdentityHashMap<>();
        if (train) {
            w.parameters().forEach(q -> trained.put(q, new Trainables.Trained(Support.ALL, "main")));
        }
        GradientSink sink = new GradientSink() {
            @Override
            public void accept(Parameter q, WeightGradient g) {
                try (Tensor d = g.dense(c)) {
                    p.gradients.put(q.path(), doubles(c, d));
                }
            }

            @Override
            public void complete(Parameter q) {}
        };
        Parameter bias = new Parameter("site.bias", Parameter.Role.BIAS, tensor(c, w.dtype(), b, w.out()));
        try (Tape tape = new Tape(c, Trainables.of(trained, Set.of()), Keeper.WHOLE, sink)) {
            Value in = tape.leaf(tensor(c, w.dtype(), p.x, ROWS, w.in()));
            Value out = new LinearSite("site", w, bias).forward(Pass.taped(c, tape, 1, 1), in);
            p.y = doubles(c, out.tensor());
            for (int i = 0; i < p.y.length; i++) {
                p.y[i] -= b[i % b.length];
            }
            tape.backward(out, tensor(c, w.dtype(), p.dy, ROWS, w.out()));
            try (Tensor g = Tape.takeGradient(in)) {
                p.dx = doubles(c, g);
            }
            out.release();
            in.release();
        }
        bias.close();
        try (Tensor whole = w.rows(c, 0, w.out())) {
            p.weight = doubles(c, whole);
        }
        return p;
    }

    /** x·Wᵀ of the dequantised weight. */
    double[] exactY() {
        int in = x.length / ROWS;
        int out = dy.length / ROWS;
        double[] r = new double[y.length];
        for (int n = 0; n < ROWS; n++) {
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    r[n * out + o] += x[n * in + i] * weight[o * in + i];
                }
            }
        }
        return r;
    }

    double[] exactDx() {
        int in = x.length / ROWS;
        int out = dy.length / ROWS;
        double[] r = new double[dx.length];
        for (int n = 0; n < ROWS; n++) {
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    r[n * in + i] += dy[n * out + o] * weight[o * in + i];
                }
            }
        }
        return r;
    }

    /** Σ dy ⊙ y, a loss whose gradient with respect to y is dy. */
    double loss() {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += dy[i] * y[i];
        }
        return sum;
    }

    static Tensor tensor(Compute c, DType dtype, double[] values, long... dims) {
        return c.upload(Category.WORKSPACE, "test", dtype, Shape.of(dims), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (double v : values) {
                if (dtype == DType.BF16) {
                    b.putShort((short) (Float.floatToRawIntBits((float) v) >>> 16));
                } else {
                    b.putFloat((float) v);
                }
            }
            return b.flip();
        });
    }

    static double[] doubles(Compute c, Tensor t) {
        float[] f = c.floats(t);
        double[] d = new double[f.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = f[i];
        }
        return d;
    }
}
