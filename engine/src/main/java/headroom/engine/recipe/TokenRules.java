package headroom.engine.recipe;

import headroom.engine.model.ModelConfig;
import java.util.List;

/** What layers that go on with some of the tokens can stand beside, one sentence per clash. */
final class TokenRules {
    private TokenRules() {}

    static void check(Recipe r, ModelConfig model, List<String> clashes) {
        if (!(r.activations() instanceof ActivationsChoice.TokenSubset t)) {
            return;
        }
        if (!(t.kept() > 0 && t.kept() <= 1) || t.tokens() < 1 || t.from() < 0 || t.from() >= model.layers()) {
            clashes.add("TokenSubset of a share of " + t.kept() + " by blocks of " + t.tokens() + " tokens from layer " + t.from() + " of " + model.layers()
                    + " on; use a share above 0 and at most 1, at least 1 token and a layer that there is");
            return;
        }
        if (r.data().length() % t.tokens() != 0) {
            clashes.add("activations TokenSubset keep blocks of " + t.tokens() + " tokens, and data length " + r.data().length() + " is no multiple; use length "
                    + Math.max(1, r.data().length() / t.tokens()) * t.tokens() + ", or blocks of another size");
        }
        if (r.data().pack()) {
            clashes.add("activations TokenSubset keep the same number of tokens of each row, and data pack puts several texts into one; use pack false");
        }
        if (r.adapter() instanceof AdapterChoice.PrefixKv || r.adapter() instanceof AdapterChoice.PromptTokens || r.adapter() instanceof AdapterChoice.SegmentedLowRank) {
            clashes.add("adapter " + Validator.name(r.adapter()) + " counts on all rows of a batch in their places, and activations TokenSubset leave some out; use KeepNeeded or BlockCheckpoint");
        }
        if (!(r.gradient() instanceof GradientChoice.Backprop)) {
            clashes.add("activations TokenSubset leave tokens out of the gradient, and gradient " + Validator.name(r.gradient()) + " compares passes over all of them; use Backprop");
        }
    }
}
