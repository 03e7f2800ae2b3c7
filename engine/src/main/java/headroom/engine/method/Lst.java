package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Ladder side-tuning (Sung et al., 2022): a narrow transformer beside the frozen one reads what its blocks make, and the model's head reads the narrow one. No backward pass ever goes
 * through the large model, which therefore keeps nothing.
 */
@AutoService(Method.Provider.class)
public final class Lst implements Method.Provider {
    private static final String ALL = "all";
    private static final String SECOND = "second";
    private static final String LAST = "last";
    private static final String FISHER = "fisher";

    @Override
    public Method method() {
        return Method.of("lst", "LST", Method.Family.ADAPTERS, "a narrow network beside the frozen model, which keeps nothing for it")
                .paper("LST: Ladder Side-Tuning for Parameter and Memory Efficient Transfer Learning", "Sung, NeurIPS 2022", 2022)
                .with(Setting.integer("width", 8, 1, 1024, "r: the network beside the model is so many times narrower in every width; must divide its width and that of a head"),
                        Setting.words("taps", ALL, List.of(ALL, SECOND, LAST, "1,3,5"), "blocks that it reads, each of which has a narrow block: all, every second, the last, or their numbers from 0"),
                        Setting.choice("start", "pruned", List.of("pruned", FISHER, "random"),
                                "where its blocks start: as a cut of the model's own with the largest weights, or with the largest squared gradients, or at random"),
                        Setting.integer("fisher-batches", 32, 1, 100_000, "with start=fisher: batches whose examples' gradients are squared before the first step"),
                        Setting.number("dropout", 0, 0, 0.9, "share of the elements dropped in the network beside the model"))
                .trade("All activations of the frozen model but the outputs that are read, and gradients and optimizer state of all its weights.",
                        "The result answers by a narrow network and does not start as the base model: a little is lost against LoRA. It does not merge.")
                .staysApart()
                .trains((model, s) -> trained(model, choice(s)))
                .trial(Map.of("width", "4", "rate", "1e-2"))
                .recipe(Lst::recipe);
    }

    private static Recipe recipe(Settings s) {
        Recipe r = Recipe.defaults().with(choice(s)).with(new ActivationsChoice.UntapedBlocks()).with(OptimizerChoice.adamW(3e-3));
        return s.text("start").equals(FISHER) ? r.with(RunChoice.Phases.after(new RunChoice.FisherScores(s.integer("fisher-batches")))) : r;
    }

    private static AdapterChoice.LadderNetwork choice(Settings s) {
        List<String> taps = s.words("taps");
        boolean named = !List.of(List.of(ALL), List.of(SECOND), List.of(LAST)).contains(taps);
        int every = named || taps.contains(ALL) ? 1 : taps.contains(SECOND) ? 2 : 0;
        return new AdapterChoice.LadderNetwork(s.integer("width"), every, named ? numbers(taps) : List.of(), AdapterChoice.LadderStart.valueOf(s.text("start").toUpperCase(Locale.ROOT)), s.number("dropout"));
    }

    private static List<Integer> numbers(List<String> words) {
        try {
            return words.stream().map(Integer::valueOf).toList();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("setting taps is '" + String.join(",", words) + "'; expected all, second, last, or numbers of blocks from 0", e);
        }
    }

    /** Narrow blocks, a gate and a reader each; a beginning, a norm and an end. */
    private static long trained(ModelConfig c, AdapterChoice.LadderNetwork side) {
        long taps = side.tapped(c.layers()).size();
        ModelConfig narrow = c.narrowed(side.reduction(), (int) taps);
        long d = c.hidden();
        long norm = c.norm() == ModelConfig.Norm.LAYER_NORM ? 2L * narrow.hidden() : narrow.hidden();
        return taps * (narrow.blockParameters() + 1) + (taps + 1) * (d + 1) * narrow.hidden() + norm + (narrow.hidden() + 1) * d;
    }
}
