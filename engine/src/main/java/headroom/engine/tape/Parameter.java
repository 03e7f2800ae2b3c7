package headroom.engine.tape;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;

/**
 * A named tensor that may train. Identity is the object: a tied tensor is one parameter used in two places, booked once, stepped once.
 */
public final class Parameter {
    /** What the parameter is to its operation; selectors and weight decay choose by it. */
    public enum Role {
        /** [out, in] matrix of a linear site. */
        MATRIX,
        /** [vocabulary or positions, width] table. */
        EMBEDDING,
        BIAS,
        /** Gain of a normalisation. */
        NORM,
        /** Scales of a weight in integer codes. Decay would shrink the weights they scale. */
        SCALE,
        /** Vector that scales activations. */
        GATE,
        /** Free vectors read in place of tokens, or of their keys and values. */
        PROMPT
    }

    private final String path;
    private final Role role;
    private Tensor data;

    /** @param data the value in compute dtype; owned by this parameter */
    public Parameter(String path, Role role, Tensor data) {
        this.path = path;
        this.role = role;
        this.data = data;
    }

    /** Dotted path, the same in checkpoints, exports and the ledger. */
    public String path() {
        return path;
    }

    public Role role() {
        return role;
    }

    /** The value; borrowed. */
    public Tensor data() {
        return data;
    }

    public Shape shape() {
        return data.shape();
    }

    public DType dtype() {
        return data.dtype();
    }

    public long elements() {
        return data.elements();
    }

    /** Only matrices and tables are decayed: not biases, norms, scales, gates and prompts. */
    public boolean decays() {
        return role == Role.MATRIX || role == Role.EMBEDDING;
    }

    /** Frees the value. */
    public void close() {
        if (data != null) {
            data.close();
            data = null;
        }
    }

    @Override
    public String toString() {
        return path + " " + (data == null ? "closed" : data.toString());
    }
}
