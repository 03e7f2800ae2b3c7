package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.GptqKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;
import java.util.List;

/**
 * A matrix that is plain at first, looks at its inputs for a while, and is then replaced by what was made of it. For passes without a tape: it has no gradient.
 */
final class CalibratedWeight implements WeightSource {
    private final String path;
    private final long out;
    private final long in;
    private final DType dtype;
    private Tensor dense;
    private WeightSource stored;
    private Tensor gram;
    private Tensor kept;

    /** @param dense [out, in], owned by this weight */
    CalibratedWeight(String path, Tensor dense) {
        this.path = path;
        this.out = dense.dim(0);
        this.in = dense.dim(1);
        this.dtype = dense.dtype();
        this.dense = dense.book(Category.WEIGHTS, path);
    }

    String path() {
        return path;
    }

    /** The plain matrix, until it is replaced; borrowed. */
    Tensor dense() {
        return dense;
    }

    /** Starts to sum xᵀx over the inputs of the passes that follow. */
    void observe(Compute c) {
        gram = c.zeros(Category.WORKSPACE, path + ".gram", DType.F32, Shape.of(in, in));
    }

    /** @param rows [N] 1 for those of the next pass that count, 0 for padding; borrowed until the pass is over */
    void counting(Tensor rows) {
        kept = rows;
    }

    /** Ends the looking and gives the sum away. */
    Tensor observed() {
        Tensor sum = gram;
        gram = null;
        kept = null;
        return sum;
    }

    /** Puts another store in the place of the plain matrix, which is freed. */
    void replace(WeightSource by) {
        dense.close();
        dense = null;
        stored = by;
    }

    @Override
    public long out() {
        return out;
    }

    @Override
    public long in() {
        return in;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public Tensor multiply(Forward f, Tensor x, Tensor bias) {
        if (gram != null) {
            f.compute().apply(GptqKernels.GRAM_ACC, gram, x, kept);
        }
        return stored == null ? WeightSource.super.multiply(f, x, bias) : stored.multiply(f, x, bias);
    }

    @Override
    public void giveGradient(Backward b, Tensor dy, Tensor x) {
        throw new IllegalStateException("a matrix that is being calibrated is read by forward passes alone");
    }

    @Override
    public Tensor rows(Compute c, long from, long to) {
        return stored == null ? dense.rows(from, to) : stored.rows(c, from, to);
    }

    @Override
    public long bytes() {
        return stored == null ? dense.bytes() : stored.bytes();
    }

    @Override
    public void close() {
        if (dense != null) {
            dense.close();
        }
        if (gram != null) {
            gram.close();
        }
        if (stored != null) {
            stored.close();
        }
    }
}
