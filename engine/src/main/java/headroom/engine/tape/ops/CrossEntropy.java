package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Saved;

/**
 * Loss of each row: −log softmax(logits)[target], logits [N, V], targets [N] (int64, −100 = ignored) → [N] float32. Saves the logits, which stay
 * until their gradient, a tensor of the same size, is made; {@link SegmentedCrossEntropy} needs neither whole.
 */
public final class CrossEntropy implements Op {
    private final Tensor targets;
    private Saved logits;

    /** @param targets borrowed until the backward pass is over */
    public CrossEntropy(Tensor targets) {
        this.targets = targets;
    }

    @Override
    public String name() {
        return "cross-entropy";
    }

    @Override
    public Tensor forward(Forward f, Tensor... in) {
        Tensor loss = f.compute().call(LossKernels.CROSS_ENTROPY, in[0], targets);
        if (f.needs(0)) {
            logits = f.save(Keeper.Role.LOSS, in[0]);
        }
        return loss;
    }

    /** @param dy coefficient of each row's loss [N] float32 */
    @Override
    public void backward(Backward b, Tensor dy) {
        try (Tensor l = logits.get()) {
            b.give(0, b.compute().call(LossKernels.CROSS_ENTROPY_DX, l, targets, dy));
        }
    }
}
