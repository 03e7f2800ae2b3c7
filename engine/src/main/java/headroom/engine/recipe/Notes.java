package headroom.engine.recipe;

import java.util.ArrayList;
import java.util.List;

/** What a person should know of a recipe that is fine to run: sentences told once when a run starts. What is impossible is the {@link Validator}'s. */
public final class Notes {
    private Notes() {}

    public static List<String> of(Recipe r) {
        List<String> notes = new ArrayList<>();
        boolean codes = r.weights() instanceof WeightsChoice.NormalFloat || r.weights() instanceof WeightsChoice.Float4 || r.weights() instanceof WeightsChoice.IntegerCodes;
        if (codes && !(r.adapter() instanceof AdapterChoice.None)) {
            notes.add("The base is kept in " + WeightPresets.wordOf(r.weights()) + " codes. A merged model is dense; rounding it to codes again loses part of what was learned, so keep the adapter"
                    + " beside the codes to use it in their size.");
        }
        if (r.weights() instanceof WeightsChoice.Factored f && f.start() == WeightsChoice.FactorStart.SVD) {
            notes.add("Each matrix is replaced by its best approximation in a lower rank. Trained matrices lose little of themselves, a random one loses what its rank loses: for training from"
                    + " nothing use factors that start at random.");
        }
        if ((r.weights() instanceof WeightsChoice.Factored f && f.start() == WeightsChoice.FactorStart.KAIMING || r.weights() instanceof WeightsChoice.FactoredSparse)
                && r.selector() instanceof SelectorChoice.AdapterOnly) {
            notes.add("The matrices start at random and stay frozen, so the adapter learns on top of a base that knows nothing; use selector AllParameters to train them.");
        }
        AdapterRules.notes(r, notes);
        StreamRules.notes(r, notes);
        SideRules.notes(r, notes);
        return List.copyOf(notes);
    }
}
