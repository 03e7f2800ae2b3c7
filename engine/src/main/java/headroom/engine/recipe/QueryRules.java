package headroom.engine.recipe;

import java.util.List;

/** What queries that read frozen layers can go with, one sentence per clash. */
final class QueryRules {
    private QueryRules() {}

    static void check(Recipe r, List<String> clashes) {
        if (!(r.adapter() instanceof AdapterChoice.QueryTokens q)) {
            return;
        }
        if (q.count() < 1 || !(q.dropout() >= 0 && q.dropout() < 1)) {
            clashes.add("QueryTokens of " + q.count() + " rows with dropout " + q.dropout() + "; expected at least 1 and [0, 1)");
        }
        if (!(r.activations() instanceof ActivationsChoice.UntapedBlocks)) {
            clashes.add("adapter QueryTokens reads frozen blocks that are run without a tape, and activations " + Validator.name(r.activations()) + " run them another way; use UntapedBlocks");
        }
        if (r.data().pack()) {
            clashes.add("adapter QueryTokens gives one summary of each row, and data pack puts several texts into one; use pack false");
        }
    }

    /** Queries sum up a text; nothing of them stands at its positions. */
    static void check(Recipe r, Assembly.Task task, List<String> clashes) {
        if (r.adapter() instanceof AdapterChoice.QueryTokens && task instanceof Assembly.Task.LanguageModelling) {
            clashes.add("adapter QueryTokens gives one summary of each text and makes a classifier, and the task is to tell the next token at each position; use data with labels, or an adapter such as "
                    + "LoRA for this task");
        }
    }
}
