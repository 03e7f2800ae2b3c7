package headroom.engine.recipe;

import headroom.engine.model.ModelConfig;
import java.util.List;

/** What the validator knows of adapters at points, of prompts and prefixes, and of parameters by name. */
final class PointAdapterRules {
    private PointAdapterRules() {}

    static void check(Recipe r, ModelConfig model, List<String> clashes) {
        boolean front = r.adapter() instanceof AdapterChoice.PrefixKv || r.adapter() instanceof AdapterChoice.PromptTokens;
        if (front && r.data().pack()) {
            clashes.add("adapter " + r.adapter().getClass().getSimpleName() + " stands before each row, and data pack puts several texts into one: only the first would follow it; use pack false");
        }
        switch (r.adapter()) {
            case AdapterChoice.ActivationGates g when g.points().isEmpty() -> clashes.add("ActivationGates at no point; name some, such as k, v and mlp.inner");
            case AdapterChoice.AddedBias b when b.targets().isEmpty() -> clashes.add("AddedBias at no site; name some, or all");
            case AdapterChoice.Bottleneck b -> bottleneck(b, clashes);
            case AdapterChoice.PrefixKv p -> prefix(r, p, model, clashes);
            case AdapterChoice.PromptTokens p -> prompt(r, p, model, clashes);
            default -> { }
        }
        if (r.selector() instanceof SelectorChoice.NamedParameters n && n.names().isEmpty() && r.adapter() instanceof AdapterChoice.None) {
            clashes.add("selector NamedParameters without a name, and no adapter: nothing would train but a task head; name some, such as biases");
        }
    }

    private static void bottleneck(AdapterChoice.Bottleneck b, List<String> clashes) {
        if (b.width() < 1 || b.points().isEmpty() || !Double.isFinite(b.scale())) {
            clashes.add("Bottleneck of width " + b.width() + ", scale " + b.scale() + " at " + b.points() + "; expected a width of at least 1, a finite scale and some points, such as mlp");
        }
        if (b.parallel() && !b.residual()) {
            clashes.add("a parallel Bottleneck adds to what its module says, so it cannot be without residual; use residual, or the sequential form");
        }
    }

    private static void prefix(Recipe r, AdapterChoice.PrefixKv p, ModelConfig model, List<String> clashes) {
        if (p.length() < 1 || p.hidden() < 0 || p.dropout() < 0 || p.dropout() >= 1) {
            clashes.add("PrefixKv of " + p.length() + " rows, network width " + p.hidden() + " and dropout " + p.dropout() + "; expected at least 1, at least 0 (a table) and [0, 1)");
        }
        if (p.hidden() > 0 && p.start() == AdapterChoice.FrontStart.TOKENS) {
            clashes.add("a PrefixKv that a network makes cannot start as the keys and values of tokens; start it NORMAL, or use a table (hidden 0)");
        }
        if (p.start() == AdapterChoice.FrontStart.TOKENS && p.length() > window(model)) {
            clashes.add("a PrefixKv of " + p.length() + " rows that starts as tokens, which the model's " + window(model) + " positions cannot hold at once; start it NORMAL, or make it shorter");
        }
        estimated(r, p.dropout(), clashes);
    }

    private static void prompt(Recipe r, AdapterChoice.PromptTokens p, ModelConfig model, List<String> clashes) {
        if (p.length() < 1) {
            clashes.add("PromptTokens of length " + p.length() + "; expected at least 1");
        }
        if (r.data().length() <= window(model) && p.length() + (long) r.data().length() > window(model)) {
            clashes.add("PromptTokens take " + p.length() + " of the model's " + window(model) + " positions, which leaves no room for texts of " + r.data().length()
                    + "; use data length " + Math.max(1, window(model) - p.length()) + ", or a shorter prompt");
        }
    }

    /** Both evaluations of an estimate must see one network. */
    private static void estimated(Recipe r, double dropout, List<String> clashes) {
        if (dropout > 0 && r.gradient() instanceof GradientChoice.TwoPointEstimate) {
            clashes.add("gradient TwoPointEstimate compares two evaluations of one network, and PrefixKv dropout " + dropout + " would be left out of both; use dropout 0");
        }
    }

    private static int window(ModelConfig model) {
        return model.slidingWindow() > 0 ? Math.min(model.slidingWindow(), model.maxPositions()) : model.maxPositions();
    }
}
