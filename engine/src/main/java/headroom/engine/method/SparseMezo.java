package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SelectorChoice.Amount;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport;
import headroom.engine.recipe.SelectorChoice.RandomSupport;
import java.util.List;
import java.util.Map;

/**
 * Sparse MeZO (Liu et al., 2024): MeZO's two forward passes and its keyed direction, but only along the small weights of each matrix. The mask |w| ≤ θ is judged tile by tile
 * where a matrix is read and stored nowhere; θ is the quantile of the trained share, taken once per matrix before training. Vectors (biases, norms) are frozen, which the paper
 * leaves open. The standard rate is one that was measured on SST-2 (docs/measurements.md); full MeZO went up at it.
 */
@AutoService(Method.Provider.class)
public final class SparseMezo implements Method.Provider {
    private static final List<String> MATRICES = List.of("all", "embeddings", "head");
    private static final List<String> OF_BLOCKS = List.of("all");

    @Override
    public Method method() {
        return Method.of("sparse-mezo", "Sparse MeZO", Method.Family.FORWARD_ONLY, "two forward passes along the small weights only")
                .paper("Sparse MeZO: Less Parameters for Better Performance in Zeroth-Order LLM Fine-Tuning", "Liu, NeurIPS 2025", 2024)
                .with(Setting.number("trained", 0.2, 1e-6, 1, "share of each matrix that is perturbed and trained"),
                        Setting.choice("weights-chosen", "small", List.of("small", "random"), "the smallest weights of every matrix, or as many random ones of the blocks' matrices, for comparison"),
                        Setting.number("epsilon", 1e-3, 1e-8, 1, "length of the perturbation"),
                        Setting.integer("directions", 1, 1, 64, "random directions per step"))
                .trade("All gradients, all optimizer state, all kept activations; the mask is judged where it is needed and takes no memory.",
                        "Many more steps than with gradients, and thresholds from a pre-trained model: small random weights mean nothing.")
                .estimates()
                .trains(SparseMezo::trained)
                .trial(Map.of("trained", "0.5", "rate", "2e-3"))
                .recipe(SparseMezo::recipe);
    }

    private static Recipe recipe(Settings s) {
        Amount share = Amount.share(s.number("trained"));
        SelectorChoice selector = s.text("weights-chosen").equals("small") ? new MagnitudeSupport(MagnitudeSupport.Pick.PREDICATE, share, MATRICES)
                : new RandomSupport(RandomSupport.Unit.ENTRIES, share, 0, OF_BLOCKS);
        return Recipe.defaults().with(selector).with(new GradientChoice.TwoPointEstimate(s.number("epsilon"), s.integer("directions"), false)).with(new ActivationsChoice.ForwardOnly())
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(5e-3, 0, OptimizerChoice.Schedule.Shape.CONSTANT)).withMaster(false));
    }

    private static long trained(ModelConfig c, Settings s) {
        Amount share = Amount.share(s.number("trained"));
        long blocks = c.layers() * Sites.ofBlock(c).stream().mapToLong(site -> share.among(site.out() * site.in())).sum();
        if (s.text("weights-chosen").equals("random")) {
            return blocks;
        }
        long tables = share.among((long) c.vocab() * c.embedding()) + (c.positionRows() > 0 ? share.among((long) c.positionRows() * c.hidden()) : 0)
                + (c.tokenTypes() > 0 ? share.among((long) c.tokenTypes() * c.hidden()) : 0);
        return blocks + tables + (c.ownHead() ? share.among((long) c.vocab() * c.embedding()) : 0);
    }
}
