package headroom.engine.method;

import headroom.engine.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One entry of the catalogue: a published system or a baseline, as a recipe made from settings.
 *
 * @param id name on the command line
 * @param name for people
 * @param title of the paper
 * @param source first author and venue, or {@code baseline}
 * @param year of publication
 * @param oneLine the idea in one line
 * @param settings what can be set, besides the common ones of {@link CommonSettings}
 * @param mergeable true if the result can be written as one dense model
 * @param exact true if its gradients are those of the whole loss
 * @param saves one sentence
 * @param costs one sentence
 * @param recipe from settings to the eight slots
 */
public record Method(
        String id, String name, String title, String source, int year, String oneLine, List<Setting> settings, boolean mergeable, boolean exact, String saves, String costs,
        Function<Settings, Recipe> recipe) {
    public Method {
        settings = List.copyOf(settings);
    }

    /**
     * The recipe for given settings.
     *
     * @throws IllegalArgumentException if a setting is unknown or its value does not parse; the message lists what there is
     */
    public Recipe recipeFor(Settings given) {
        given.requireKnown(this);
        return CommonSettings.apply(given, recipe.apply(given));
    }

    /** All settings: its own first, then the common ones with the values that its recipe gives them. */
    public List<Setting> allSettings() {
        List<Setting> all = new ArrayList<>(settings);
        all.addAll(CommonSettings.of(recipe.apply(Settings.standard(this))));
        return all;
    }
}
