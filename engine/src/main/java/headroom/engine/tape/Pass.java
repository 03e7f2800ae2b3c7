package headroom.engine.tape;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;

/**
 * One forward pass: where it computes, what trains, what is kept, how random numbers are keyed. A pass without a tape keeps nothing.
 *
 * <p>A pass carries no state that an operation could change, so a block may run twice in it.
 */
public final class Pass {
    private final Compute compute;
    private final Tape tape;
    private final Trainables trainables;
    private final Perturbation perturbation;
    private final long seed;
    private final long step;
    private final boolean training;
    private final AdapterControls adapters;
    private final Pass aside;

    private Pass(Compute compute, Tape tape, Trainables trainables, Perturbation perturbation, long seed, long step, boolean training, AdapterControls adapters, Pass aside) {
        this.compute = compute;
        this.tape = tape;
        this.trainables = trainables;
        this.perturbation = perturbation;
        this.seed = seed;
        this.step = step;
        this.training = training;
        this.adapters = adapters;
        this.aside = aside;
    }

    /** A pass that a backward pass will follow. */
    public static Pass taped(Compute c, Tape tape, long seed, long step) {
        return new Pass(c, tape, tape.trainables(), Perturbation.NONE, seed, step, true, AdapterControls.STANDARD, null);
    }

    /** A forward pass alone, without dropout. */
    public static Pass untaped(Compute c) {
        return new Pass(c, null, Trainables.none(), Perturbation.NONE, 0, 0, false, AdapterControls.STANDARD, null);
    }

    /** The same pass without a tape: what is computed in it is not remembered. */
    public Pass withoutTape() {
        return new Pass(compute, null, trainables, perturbation, seed, step, training, adapters, null);
    }

    /** The same pass for frozen blocks beside which something trains: nothing of them is remembered or dropped, and what stands beside them takes {@link #aside}. */
    public Pass frozen() {
        return new Pass(compute, null, trainables, perturbation, seed, step, false, adapters, aside());
    }

    /** Where frozen blocks are run, the pass of what stands beside them and may train; elsewhere this one. */
    public Pass aside() {
        return aside == null ? this : aside;
    }

    /** The same pass on another tape. */
    public Pass on(Tape other) {
        return new Pass(compute, other, trainables, perturbation, seed, step, training, adapters, null);
    }

    /** The same pass with every trained parameter seen through a perturbation. */
    public Pass through(Perturbation p) {
        return new Pass(compute, tape, trainables, p, seed, step, training, adapters, aside);
    }

    /** The same pass with adapters taking part in another way. */
    public Pass with(AdapterControls controls) {
        return new Pass(compute, tape, trainables, perturbation, seed, step, training, controls, aside);
    }

    /** The same pass with random numbers of a seed and step: for a pass without a tape that drops all the same. */
    public Pass keyed(long otherSeed, long otherStep) {
        return new Pass(compute, tape, trainables, perturbation, otherSeed, otherStep, training, adapters, aside);
    }

    /** How adapters take part. */
    public AdapterControls adapters() {
        return adapters;
    }

    /** True if adapters drop parts of what they read. */
    public boolean dropsInAdapters() {
        return adapters.dropout() == null ? training : adapters.dropout();
    }

    public Compute compute() {
        return compute;
    }

    public Tape tape() {
        return tape;
    }

    public Trainables trainables() {
        return trainables;
    }

    public boolean isTraining() {
        return training;
    }

    /** Key of the random numbers of one purpose in this step, e.g. dropout of one site. The same in every repetition of the step. */
    public long key(String purpose, String path) {
        return Keys.key(seed, purpose, path, step);
    }

    /** The same with a seed of its own: that of a set of parameters which is trained as if it were alone. */
    public long key(long own, String purpose, String path) {
        return Keys.key(own, purpose, path, step);
    }

    /** The value of a parameter as this pass sees it; owned by the caller, who closes it. */
    public Tensor read(Parameter p) {
        return perturbation.of(compute, p);
    }

    public Perturbation perturbation() {
        return perturbation;
    }

    /** Applies an operation. */
    public Value apply(Op op, Value... inputs) {
        return Tape.apply(this, op, inputs);
    }

    /** A value that no gradient reaches. Takes ownership of the tensor. */
    public Value constant(Tensor t) {
        return new Value(t, false, true);
    }

    /**
     * A tap: what frozen blocks made, as a constant that others may read besides. It lives until its last reader is done, and where that saves it, until its backward is.
     *
     * @throws IllegalArgumentException if a gradient would have to go through it
     */
    public Value tap(Value v) {
        if (v.needsGradient()) {
            throw new IllegalArgumentException("a tap of a value that needs a gradient, which would end there; expected what frozen blocks made");
        }
        return constant(v.tensor().retain());
    }
}
