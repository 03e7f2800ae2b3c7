package headroom.engine.tape;

import headroom.engine.compute.Tensor;

/**
 * A tensor that flows through a model. Whoever holds a value reads it as often as needed and marks the last reading with {@link #last()}; the operation that gets the
 * mark frees the tensor after it ran, unless the tape kept it for the backward pass.
 */
public final class Value {
    private Tensor tensor;
    private final boolean needsGradient;
    private boolean lastReading;
    Tensor gradient;
    final boolean isLeaf;

    Value(Tensor tensor, boolean needsGradient, boolean isLeaf) {
        this.tensor = tensor;
        this.needsGradient = needsGradient;
        this.isLeaf = isLeaf;
    }

    /** The tensor; borrowed. Null once the last reader is done. */
    public Tensor tensor() {
        return tensor;
    }

    /** True if a backward pass has to reach it. */
    public boolean needsGradient() {
        return needsGradient;
    }

    /** Marks the next reading as the last one. */
    public Value last() {
        lastReading = true;
        return this;
    }

    /** Takes the mark off and says whether it was there: for code that reads a value several times on behalf of its caller. */
    public boolean takeLast() {
        boolean was = lastReading;
        lastReading = false;
        return was;
    }

    boolean isLast() {
        return lastReading;
    }

    /** Frees the tensor: for the holder of a value that no operation reads any more. */
    public void release() {
        if (tensor != null) {
            tensor.close();
            tensor = null;
        }
    }

    /** Gives the tensor away to the caller, who closes it. */
    public Tensor take() {
        Tensor t = tensor;
        tensor = null;
        return t;
    }
}
