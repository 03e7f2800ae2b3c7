package headroom.engine.method;

import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;

/**
 * One entry of the catalogue: a published system or a baseline, as a recipe made from settings. Immutable; {@link #of} starts one, the further calls each give a copy with one
 * thing more.
 *
 * @param id name on the command line, of its learn page and of its claims
 * @param name for people
 * @param family where it stands in the catalogue
 * @param title of the paper
 * @param source first author and venue, or {@code baseline}
 * @param year of publication
 * @param oneLine the idea in one line
 * @param settings what can be set, besides the common ones of {@link CommonSettings}
 * @param mergeable true if the result can be written as one dense model
 * @param exact true if its gradients are those of the whole loss
 * @param classifier true if it learns labels of texts and nothing else
 * @param saves one sentence: what takes less memory
 * @param costs one sentence: what is paid for it
 * @param trained elements that train at a time on a model, task head aside: the closed form of its specification
 * @param trial settings with which it shows what it does on a model of a few small layers within a few steps, where the standards are made for more
 * @param recipe from settings to the eight slots
 */
public record Method(
        String id, String name, Family family, String title, String source, int year, String oneLine, List<Setting> settings, boolean mergeable, boolean exact, boolean classifier, String saves, String costs,
        ToLongBiFunction<ModelConfig, Settings> trained, Map<String, String> trial, Function<Settings, Recipe> recipe) {

    /** Gives one entry; found by {@link java.util.ServiceLoader}, so a new method is a new file and nothing else. */
    public interface Provider {
        Method method();
    }

    /** Groups of the catalogue, in the order in which it is shown: by what a method changes first. */
    public enum Family {
        WHOLE_MODEL("Whole model"), ADAPTERS("Adapters"), QUANTISED("Quantised base"), PARTS("Parts of the model"), OPTIMIZERS("Optimizers"), ACTIVATIONS("Activations"),
        FORWARD_ONLY("Forward passes only");

        private final String title;

        Family(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    public Method {
        settings = List.copyOf(settings);
        trial = Map.copyOf(trial);
    }

    /** An entry that merges into one dense model, has exact gradients, trains every parameter and fills every slot with its default. */
    public static Method of(String id, String name, Family family, String oneLine) {
        return new Method(id, name, family, "", "baseline", 0, oneLine, List.of(), true, true, false, "", "", (model, s) -> model.parameterCount(), Map.of(), s -> Recipe.defaults());
    }

    /** @param by first author and venue, e.g. {@code Hu, ICLR 2022} */
    public Method paper(String paperTitle, String by, int published) {
        return new Method(id, name, family, paperTitle, by, published, oneLine, settings, mergeable, exact, classifier, saves, costs, trained, trial, recipe);
    }

    public Method with(Setting... own) {
        return with(List.of(own));
    }

    public Method with(List<Setting> own) {
        return new Method(id, name, family, title, source, year, oneLine, own, mergeable, exact, classifier, saves, costs, trained, trial, recipe);
    }

    /** What takes less memory, and what is paid for it: one sentence each. */
    public Method trade(String saved, String paid) {
        return new Method(id, name, family, title, source, year, oneLine, settings, mergeable, exact, classifier, saved, paid, trained, trial, recipe);
    }

    /** The result cannot be written as one dense model. */
    public Method staysApart() {
        return new Method(id, name, family, title, source, year, oneLine, settings, false, exact, classifier, saves, costs, trained, trial, recipe);
    }

    /** Its gradients are estimates. */
    public Method estimates() {
        return new Method(id, name, family, title, source, year, oneLine, settings, mergeable, false, classifier, saves, costs, trained, trial, recipe);
    }

    /** It learns labels of texts; the next token is not for it. */
    public Method classifies() {
        return new Method(id, name, family, title, source, year, oneLine, settings, mergeable, exact, true, saves, costs, trained, trial, recipe);
    }

    /** Elements that train at a time, task head aside. */
    public Method trains(ToLongBiFunction<ModelConfig, Settings> count) {
        return new Method(id, name, family, title, source, year, oneLine, settings, mergeable, exact, classifier, saves, costs, count, trial, recipe);
    }

    public Method trial(Map<String, String> small) {
        return new Method(id, name, family, title, source, year, oneLine, settings, mergeable, exact, classifier, saves, costs, trained, small, recipe);
    }

    public Method recipe(Function<Settings, Recipe> made) {
        return new Method(id, name, family, title, source, year, oneLine, settings, mergeable, exact, classifier, saves, costs, trained, trial, made);
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

    /** Elements that train at a time on a model with given settings, task head aside. */
    public long trainedOn(ModelConfig model, Map<String, String> given) {
        // published encoders count a layer over the first token that no program here has
        return trained.applyAsLong(model.withoutPooler(), Settings.of(this, given));
    }

    /** All settings: its own first, then the common ones with the values that its recipe gives them. */
    public List<Setting> allSettings() {
        List<Setting> all = new ArrayList<>(settings);
        all.addAll(CommonSettings.of(recipe.apply(Settings.standard(this))));
        return all;
    }
}
