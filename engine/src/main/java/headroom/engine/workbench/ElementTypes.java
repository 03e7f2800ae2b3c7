package headroom.engine.workbench;

import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.WeightsChoice;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a run computes and keeps in which element type, in words. */
final class ElementTypes {
    private static final String WIDE = "f32";

    private ElementTypes() {}

    static Map<String, String> of(Recipe recipe) {
        final String compute = recipe.compute().name().toLowerCase(Locale.ROOT);
        final boolean wide = compute.equals(WIDE);
        final OptimizerChoice optimizer = recipe.optimizer();
        final Map<String, String> types = new LinkedHashMap<>();
        types.put("products and activations", compute);
        types.put("sums within them, statistics and the loss", WIDE);
        types.put("weights", weights(recipe.weights(), compute));
        types.put("gradients", compute);
        types.put("what trains", wide ? WIDE : compute + (optimizer.master() ? " with copies in " + WIDE : " alone"));
        types.put("optimizer state", state(optimizer));
        return types;
    }

    private static String weights(WeightsChoice choice, String compute) {
        return switch (choice) {
            case WeightsChoice.Dense d -> stored(d.stored(), compute);
            case WeightsChoice.HostBlock h -> stored(h.stored(), compute);
            case WeightsChoice.NormalFloat n -> "%d-bit codes, decoded to %s".formatted(n.bits(), compute);
            case WeightsChoice.Float4 _ -> "4-bit codes, decoded to " + compute;
            case WeightsChoice.IntegerCodes i -> "%d-bit codes, decoded to %s".formatted(i.bits(), compute);
            case WeightsChoice.Cut c -> weights(c.of(), compute);
            case WeightsChoice.Factored _, WeightsChoice.FactoredSparse _, WeightsChoice.Masked _ -> compute;
        };
    }

    private static String stored(WeightsChoice.StoredType stored, String compute) {
        final String type = stored == WeightsChoice.StoredType.COMPUTE ? compute : stored.name().toLowerCase(Locale.ROOT);
        return type.equals(compute) ? type : type + ", read as " + compute;
    }

    private static String state(OptimizerChoice o) {
        final boolean none = switch (o.rule()) {
            case OptimizerChoice.Sgd sgd -> sgd.momentum() == 0;
            case OptimizerChoice.SignSgd _ -> true;
            default -> false;
        };
        return none ? "none" : OptimizerWords.state(o.state());
    }
}
