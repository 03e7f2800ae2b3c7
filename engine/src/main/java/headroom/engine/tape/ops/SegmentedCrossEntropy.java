package headroom.engine.tape.ops;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.compute.kernel.ScalingKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Saved;
import java.util.ArrayList;
import java.util.List;

/**
 * Head product and cross-entropy in one, for some rows at a time: x [N, d], weight [V, d] → loss of each row [N] float32, as {@link Linear} and {@link CrossEntropy} would
 * give it. At most {@code rows × V} logits exist at a time.
 *
 * <p>Where only x wants a gradient, a segment's logits become softmax − onehot as soon as their loss is known, and their product with the weight [N, d] is saved: the backward
 * direction scales its rows by the coefficients. Else x is saved; the backward direction makes each segment's logits again, turns them into their gradient in place and gives it
 * to the weight and to dx before the next, so it costs one more head product.
 */
public final class SegmentedCrossEntropy implements Op {
    private static final long LEAST = 64;
    /** Logits that cost little room anywhere and keep the head's products large ones. */
    private static final long LOGITS = 1 << 24;
    private static final long SEGMENTS = 8;

    private final WeightSource weight;
    private final Parameter bias;
    private final Tensor targets;
    private final long rows;
    private final boolean counting;
    private Forward forward;
    private Saved saved;
    private Saved slope;
    private double right;

    /**
     * @param bias may be null
     * @param targets [N] (int64, −100 = ignored), borrowed until the backward pass is over
     * @param rows of a segment, at least 1
     * @param counting true also counts the rows whose greatest logit is the target's
     */
    public SegmentedCrossEntropy(WeightSource weight, Parameter bias, Tensor targets, long rows, boolean counting) {
        if (rows < 1) {
            throw new IllegalArgumentException("a loss in segments of " + rows + " rows; expected at least 1");
        }
        this.weight = weight;
        this.bias = bias;
        this.targets = targets;
        this.rows = rows;
        this.counting = counting;
    }

    /**
     * Rows whose logits take about as much room as all hidden states [n, d], or 16 Mi elements if that is more and leaves eight segments: a power of two, at least 64, so that the
     * head's product stays a large one.
     */
    public static long automaticRows(long n, long d, long vocabulary) {
        long v = Math.max(1, vocabulary);
        long even = Math.max(LEAST, Math.max(n * d / v, Math.min(LOGITS / v, n / SEGMENTS)));
        return Math.min(n, Long.highestOneBit(even));
    }

    @Override
    public String name() {
        return "segmented cross-entropy";
    }

    @Override
    public List<Parameter> parameters() {
        if (bias == null) {
            return weight.parameters();
        }
        List<Parameter> all = new ArrayList<>(weight.parameters());
        all.add(bias);
        return all;
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Compute c = f.compute();
        Tensor x = in[0];
        Tensor loss = c.zeros(Category.WORKSPACE, c.owner(), x.dtype() == DType.F64 ? DType.F64 : DType.F32, Shape.of(x.dim(0)));
        boolean trains = weight.wantsInput(f) || bias != null && f.needs(bias);
        Tensor dx = null;
        try (Head head = new Head(f)) {
            dx = f.needs(0) && !trains && head.isWhole() ? c.zeros(Category.WORKSPACE, c.owner(), x.dtype(), x.shape()) : null;
            for (long from = 0; from < x.dim(0); from += rows) {
                long to = Math.min(x.dim(0), from + rows);
                try (Tensor xs = x.rows(from, to); Tensor ts = targets.rows(from, to); Tensor ls = loss.rows(from, to); Tensor logits = head.logits(xs)) {
                    if (counting) {
                        count(c, logits, ts);
                    }
                    if (dx == null) {
                        score(c, logits, ts, ls);
                    } else {
                        c.apply(LossKernels.CROSS_ENTROPY_GRADIENT_INTO, logits, ls, ts);
                        try (Tensor into = dx.rows(from, to)) {
                            head.addTransposed(c, logits, into);
                        }
                    }
                }
            }
            if (dx != null) {
                slope = f.save(Keeper.Role.LOSS, dx);
            } else if (f.needs(0) || trains) {
                forward = f;
                saved = f.save(Keeper.Role.LOSS, x);
            }
        } catch (RuntimeException e) {
            loss.close();
            throw e;
        } finally {
            if (dx != null) {
                dx.close();
            }
        }
        return loss;
    }

    private void score(Compute c, Tensor logits, Tensor ts, Tensor into) {
        try (Tensor l = c.call(LossKernels.CROSS_ENTROPY, logits, ts)) {
            c.apply(CoreKernels.COPY_INTO, into, l);
        }
    }

    private void count(Compute c, Tensor logits, Tensor ts) {
        try (Tensor counts = c.call(LossKernels.ACCURACY_COUNTS, logits, ts); Tensor first = counts.rows(0, 1)) {
            right += c.item(first);
        }
    }

    /** Rows whose greatest logit was the target's, after the forward direction of an operation that counts. */
    public double right() {
        return right;
    }

    /** @param dy coefficient of each row's loss [N] float32 */
    @Override
    public void backward(Backward b, Tensor dy) {
        Compute c = b.compute();
        if (slope != null) {
            try (Tensor each = slope.get()) {
                b.give(0, c.call(ScalingKernels.SCALE_ROWS, each, dy));
            }
            return;
        }
        try (Tensor x = saved.get(); Head head = new Head(forward)) {
            boolean weightTrains = weight.wantsInput(forward);
            Tensor dx = b.needs(0) ? c.zeros(Category.WORKSPACE, c.owner(), x.dtype(), x.shape()) : null;
            for (long from = 0; from < x.dim(0); from += rows) {
                long to = Math.min(x.dim(0), from + rows);
                try (Tensor xs = x.rows(from, to); Tensor ts = targets.rows(from, to); Tensor ks = dy.rows(from, to); Tensor d = head.logits(xs)) {
                    c.apply(LossKernels.CROSS_ENTROPY_DX_INTO, d, ts, ks);
                    if (dx != null) {
                        try (Tensor into = dx.rows(from, to)) {
                            if (head.isWhole()) {
                                head.addTransposed(c, d, into);
                            } else {
                                weight.addTransposed(b, d, into);
                            }
                        }
                    }
                    if (weightTrains) {
                        try (Tensor wanted = weight.wantedInput(forward, xs)) {
                            weight.giveGradient(b, d, wanted);
                        }
                    }
                    if (bias != null && b.needs(bias)) {
                        b.give(bias, new Gradients.RowSum(bias, d));
                    }
                }
            }
            if (dx != null) {
                b.give(0, dx);
            }
        }
    }

    /** The head as the pass sees it; a plain weight is read once for all segments, since a pass may have to make what it sees. */
    private final class Head implements AutoCloseable {
        private final Forward pass;
        private final Tensor whole;
        private final Tensor shift;

        Head(Forward f) {
            pass = f;
            whole = weight instanceof DenseWeight && weight.tile() == 0 ? weight.rows(f, 0, weight.out()) : null;
            shift = bias == null ? null : f.read(bias);
        }

        Tensor logits(Tensor x) {
            if (whole == null) {
                return weight.multiply(pass, x, shift);
            }
            return shift == null ? pass.compute().call(LinearKernels.LINEAR, x, whole) : pass.compute().call(LinearKernels.LINEAR_BIAS, x, whole, shift);
        }

        boolean isWhole() {
            return whole != null;
        }

        /** sum += dy·W, of a weight that is whole. */
        void addTransposed(Compute c, Tensor dy, Tensor sum) {
            c.apply(LinearKernels.LINEAR_DX_ACC, sum, dy, whole, 1.0);
        }

        @Override
        public void close() {
            if (whole != null) {
                whole.close();
            }
            if (shift != null) {
                shift.close();
            }
        }
    }
}
