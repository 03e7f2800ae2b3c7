package headroom.engine.workbench;

import java.util.List;
import java.util.Optional;

/** The same text put to the model as it was given and as the run left it, with the same seed. */
public record TryResult(String run, String text, Answer base, Answer tuned) {

    /**
     * @param who the model, and for the tuned one the run and its step
     * @param text the label found, or the text that was generated
     * @param labels probability of each label, highest first; empty for a decoder that generates
     * @param tokens what was generated, token by token; empty for a classifier
     * @param note what to know about the answer, as that the head of the untuned classifier is random; empty where there is nothing
     */
    public record Answer(
            String who, String text, List<Probability> labels, List<Token> tokens, int tokenCount, double seconds, long peakBytes,
            Optional<String> note) {
        public Answer {
            labels = List.copyOf(labels);
            tokens = List.copyOf(tokens);
        }
    }

    /** A label or a token with its probability from 0 to 1. */
    public record Probability(String text, double probability) {}

    /**
     * @param chosen the token taken
     * @param top the likeliest tokens at this place, likeliest first
     */
    public record Token(Probability chosen, List<Probability> top) {
        public Token {
            top = List.copyOf(top);
        }
    }
}
