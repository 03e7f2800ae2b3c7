package headroom.engine.model;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.StackDriver;
import java.util.List;

/**
 * A network built from operations: token ids in, hidden states out. What makes a loss of them (a language-model head, a task head) is asked for by the objective, so that
 * logits are made where and in what portions the objective wants.
 */
public interface Model extends AutoCloseable {
    /**
     * A batch on the device.
     *
     * @param ids token ids [B·T] (int64)
     * @param segments segment ids [B·T] (int64), or null
     * @param lengths valid tokens of each sequence [B] (int64)
     * @param batch B
     * @param length T
     * @param texts which token belongs to which text, or null if each row is one text
     */
    record Inputs(Tensor ids, Tensor segments, Tensor lengths, long batch, long length, Texts texts) {
        /** Rows of one text each. */
        public Inputs(Tensor ids, Tensor segments, Tensor lengths, long batch, long length) {
            this(ids, segments, lengths, batch, length, null);
        }

        public long tokens() {
            return batch * length;
        }
    }

    /**
     * Several texts in a row. Attention stays within a text, and its positions count from its own beginning.
     *
     * @param slots slot of each token's text in the batch [B·T] (int64), −1 where there is none
     * @param positions place of each token within its text [B·T] (int64)
     * @param count slots of the batch
     */
    record Texts(Tensor slots, Tensor positions, long count) {}

    ModelConfig config();

    /** Final hidden states [B·T, d]. */
    Value hidden(Pass pass, StackDriver driver, Inputs inputs);

    /** The language-model head, or null for an encoder. Its weight may be tied to the embedding. */
    LinearSite head();

    /** The linear sites of the blocks, in order, without the language-model head. */
    List<LinearSite> sites();

    /** Where adapters attach, in the order in which a batch passes: the token stream, then stack and layers, then the hidden states. */
    List<Point> points();

    /** Tokens that an adapter puts in front of every text: they take positions, and memory, but no part in the result. */
    long insertedTokens();

    /** Paths of the blocks, in order. */
    List<String> blocks();

    /** Every distinct parameter, in order of first use; a tied one once. Adapters and task heads attached to sites are included. */
    List<Parameter> parameters();

    /** Frees all tensors. */
    @Override
    void close();
}
