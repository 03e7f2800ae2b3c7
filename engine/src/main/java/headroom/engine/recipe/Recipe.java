package headroom.engine.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * What a method is: a choice in each of eight slots, and the element type of the computation. A recipe is data; it is stored with every run and read back to resume it.
 *
 * @param compute element type of activations and matrix products
 */
public record Recipe(
        ComputeType compute, WeightsChoice weights, AdapterChoice adapter, SelectorChoice selector, GradientChoice gradient, ActivationsChoice activations,
        OptimizerChoice optimizer, DataChoice data, RunChoice run) {

    private static final ObjectMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /** Full fine-tuning with AdamW: every slot at its default. */
    public static Recipe defaults() {
        return new Recipe(ComputeType.F32, new WeightsChoice.Dense(), new AdapterChoice.None(), new SelectorChoice.AllParameters(), new GradientChoice.Backprop(),
                new ActivationsChoice.KeepNeeded(), OptimizerChoice.adamW(5e-5), new DataChoice(32, 1, 128), new RunChoice.SinglePhase());
    }

    public Recipe with(ComputeType c) {
        return new Recipe(c, weights, adapter, selector, gradient, activations, optimizer, data, run);
    }

    public Recipe with(WeightsChoice w) {
        return new Recipe(compute, w, adapter, selector, gradient, activations, optimizer, data, run);
    }

    /** Sets the adapter, and with it the selector's default: an adapter trains alone. */
    public Recipe with(AdapterChoice a) {
        SelectorChoice s = a instanceof AdapterChoice.None ? selector : new SelectorChoice.AdapterOnly();
        return new Recipe(compute, weights, a, s, gradient, activations, optimizer, data, run);
    }

    public Recipe with(SelectorChoice s) {
        return new Recipe(compute, weights, adapter, s, gradient, activations, optimizer, data, run);
    }

    public Recipe with(GradientChoice g) {
        return new Recipe(compute, weights, adapter, selector, g, activations, optimizer, data, run);
    }

    public Recipe with(ActivationsChoice a) {
        return new Recipe(compute, weights, adapter, selector, gradient, a, optimizer, data, run);
    }

    public Recipe with(OptimizerChoice o) {
        return new Recipe(compute, weights, adapter, selector, gradient, activations, o, data, run);
    }

    public Recipe with(DataChoice d) {
        return new Recipe(compute, weights, adapter, selector, gradient, activations, optimizer, d, run);
    }

    public Recipe with(RunChoice r) {
        return new Recipe(compute, weights, adapter, selector, gradient, activations, optimizer, data, r);
    }

    public String toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a recipe could not be written as JSON: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException if the text is not a recipe; the message says where */
    public static Recipe fromJson(String json) {
        try {
            JsonNode tree = JSON.readTree(json);
            if (tree == null || !tree.isObject()) {
                throw new IllegalArgumentException("not a recipe: expected a JSON object with the eight slots");
            }
            OlderForms.upgrade(tree);
            return JSON.treeToValue(tree, Recipe.class);
        } catch (JsonMappingException e) {
            throw new IllegalArgumentException("not a recipe: " + e.getOriginalMessage() + " at " + e.getPathReference(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a recipe: " + e.getOriginalMessage() + " at " + e.getLocation().offsetDescription(), e);
        }
    }
}
