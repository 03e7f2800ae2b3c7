package headroom.engine.tape;

/** Where gradients of parameters go. The optimizer slot decides what becomes of them: added up, projected, stepped at once and freed. */
public interface GradientSink {
    /** A contribution to the gradient of a wanted parameter. */
    void accept(Parameter p, WeightGradient gradient);

    /** The last contribution of this backward pass is in, and the last reader of the old value is done. */
    void complete(Parameter p);
}
