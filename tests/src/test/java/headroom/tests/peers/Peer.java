package headroom.tests.peers;

/**
 * The same step by libtorch itself: plain operators, its own autograd, its own allocations. That is what PyTorch does eagerly, without the time that Python takes.
 *
 * <p>In bf16 the weights are bf16 tensors and AdamW steps float32 copies of them, because that is the recipe's optimizer; the logits are widened to float32 for the loss, as
 * the usual models do.
 */
public final class Peer {
    private Peer() {}

    /** @throws IllegalArgumentException if the peer does not know the model or the recipe */
    public static TrainingStep of(Workload w) {
        return switch (w.config().family()) {
            case BERT -> new EncoderPeer(w);
            case LLAMA -> new DecoderPeer(w);
            default -> throw new IllegalArgumentException("no peer of the family " + w.config().family());
        };
    }
}
