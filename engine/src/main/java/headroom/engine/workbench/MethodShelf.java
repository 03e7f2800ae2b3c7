package headroom.engine.workbench;

import headroom.engine.method.Method;
import headroom.engine.method.Methods;
import headroom.engine.method.Settings;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Recipe;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The catalogue of methods as the facade shows it, and the way from a request to a recipe. */
final class MethodShelf {
    /** The eight slots in their order, and how a recipe fills each. */
    private static final Map<String, Function<Recipe, Object>> SLOTS = slots();

    /** {@code Hu, ICLR 2022}. */
    private static final Pattern PUBLISHED = Pattern.compile("(.*?),? (\\d{4})");

    private MethodShelf() {}

    /** A recipe with the value of every setting that led to it. */
    record Resolved(Method method, Recipe recipe, Map<String, String> settings) {
        Resolved {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        }
    }

    static List<MethodEntry> entries() {
        return Loaded.ENTRIES;
    }

    /** What every method takes; the standards are those of full fine-tuning. */
    static List<Setting> commonSettings() {
        final Method full = Methods.named("full");
        final Set<String> own = full.settings().stream().map(headroom.engine.method.Setting::key).collect(Collectors.toSet());
        return full.allSettings().stream().filter(s -> !own.contains(s.key())).map(s -> setting(full, s)).toList();
    }

    /**
     * @param longest tokens that model and data allow: what the request leaves open is cut to it
     * @throws WorkbenchException if the method or a setting is unknown, or a value is out of range
     */
    static Resolved resolve(PlanRequest request, int longest) {
        try {
            final Method method = Methods.named(request.method());
            final Map<String, String> given = new LinkedHashMap<>(request.settings());
            request.batch().ifPresent(batch -> given.put("batch", Integer.toString(batch)));
            request.length().ifPresent(length -> given.put("length", Integer.toString(length)));
            if (!given.containsKey("length")) {
                final int standard = method.recipeFor(Settings.of(method, given)).data().length();
                given.put("length", Integer.toString(Math.min(standard, longest)));
            }
            final Recipe recipe = method.recipeFor(Settings.of(method, given));
            final Map<String, String> values = new LinkedHashMap<>();
            method.allSettings().forEach(s -> values.put(s.key(), given.getOrDefault(s.key(), plain(s.standard()))));
            return new Resolved(method, recipe, values);
        } catch (IllegalArgumentException e) {
            throw new WorkbenchException(Problem.of("This choice cannot be planned or trained: " + e.getMessage() + ".", "Nothing was started.",
                    "headroom catalog methods lists methods and settings."), e);
        }
    }

    private static MethodEntry entry(Method method) {
        final Recipe recipe = method.recipeFor(Settings.standard(method));
        final List<MethodEntry.SlotChoice> slots = SLOTS.entrySet().stream().map(slot -> new MethodEntry.SlotChoice(slot.getKey(),
                SlotWords.of(slot.getValue().apply(recipe)), standard(slot.getKey(), slot.getValue(), recipe))).toList();
        final Matcher published = PUBLISHED.matcher(method.source());
        final boolean dated = published.matches();
        return new MethodEntry(method.id(), method.name(), method.family().title(), method.title(), dated ? published.group(1) : method.source(),
                dated ? Integer.parseInt(published.group(2)) : method.source().equals("baseline") ? 0 : method.year(),
                method.oneLine(), slots, method.allSettings().stream().map(s -> setting(method, s)).toList(), method.mergeable(), method.exact(),
                method.classifier() ? List.of(TaskKind.CLASSIFICATION) : List.of(TaskKind.CLASSIFICATION, TaskKind.LANGUAGE_MODEL), method.saves(), method.costs(), method.id(), ClaimsShelf.has(method));
    }

    /** Learning rate and its schedule differ between methods without being their idea: they do not make a slot a choice. */
    private static boolean standard(String slot, Function<Recipe, Object> choice, Recipe recipe) {
        final Recipe plain = Recipe.defaults();
        if (slot.equals("selector") && !(recipe.adapter() instanceof AdapterChoice.None)) {
            return Objects.equals(choice.apply(recipe), choice.apply(plain.with(recipe.adapter())));
        }
        if (slot.equals("optimizer")) {
            return SlotWords.of(recipe.optimizer()).equals(SlotWords.of(plain.optimizer()));
        }
        return Objects.equals(choice.apply(recipe), choice.apply(plain));
    }

    private static Setting setting(Method method, headroom.engine.method.Setting s) {
        final Setting.Type type = switch (s.type()) {
            case INTEGER -> Setting.Type.INTEGER;
            case NUMBER -> Setting.Type.REAL;
            case CHOICE -> Setting.Type.CHOICE;
            case FLAG -> Setting.Type.FLAG;
            case WORDS -> Setting.Type.TEXT;
        };
        final String words = s.key().replace('-', ' ');
        return new Setting(s.key(), Character.toUpperCase(words.charAt(0)) + words.substring(1), slotOf(method, s), type, plain(s.standard()), s.min(), s.max(),
                type == Setting.Type.FLAG ? List.of() : s.choices(), s.help());
    }

    /** The slot that changes when the setting does: found by changing it, so that no table can disagree with the recipe. */
    private static String slotOf(Method method, headroom.engine.method.Setting setting) {
        // a setting may matter only beside another choice, as a rank does beside "train pairs"
        return Stream.concat(Stream.of(Map.<String, String>of()), method.allSettings().stream()
                        .filter(beside -> beside.type() != headroom.engine.method.Setting.Type.FLAG && !beside.key().equals(setting.key()))
                        .flatMap(beside -> beside.choices().stream().filter(choice -> !choice.equals(beside.standard())).map(choice -> Map.of(beside.key(), choice))))
                .flatMap(beside -> changed(method, beside, setting)).findFirst().orElse("run");
    }

    private static Stream<String> changed(Method method, Map<String, String> beside, headroom.engine.method.Setting setting) {
        final Map<String, String> values = new LinkedHashMap<>(beside);
        try {
            final Recipe before = method.recipeFor(Settings.of(method, values));
            values.put(setting.key(), other(setting));
            final Recipe after = method.recipeFor(Settings.of(method, values));
            return SLOTS.entrySet().stream().filter(slot -> !Objects.equals(slot.getValue().apply(before), slot.getValue().apply(after))).map(Map.Entry::getKey);
        } catch (IllegalArgumentException e) {
            // the changed value does not stand beside the others
            return Stream.empty();
        }
    }

    /** {@code 2.0E-5} as people write it: {@code 2e-5}. */
    private static String plain(String number) {
        return number.matches("-?\\d+\\.\\d+(E-?\\d+)?") ? number.replaceFirst("\\.0(?=E|$)", "").replace('E', 'e') : number;
    }

    private static String other(headroom.engine.method.Setting setting) {
        return switch (setting.type()) {
            // an even number beside an even one: some count what has to fill whole bytes
            case INTEGER -> Integer.toString(Integer.parseInt(setting.standard()) + (Integer.parseInt(setting.standard()) + 8 <= setting.max() ? 8
                    : Integer.parseInt(setting.standard()) < setting.max() ? 1 : -1));
            case NUMBER -> Double.toString((setting.min() + Double.parseDouble(setting.standard())) / 2 == Double.parseDouble(setting.standard())
                    ? setting.max() : (setting.min() + Double.parseDouble(setting.standard())) / 2);
            case CHOICE, FLAG -> setting.choices().stream().filter(choice -> !choice.equals(setting.standard())).findFirst().orElse(setting.standard());
            case WORDS -> setting.choices().stream().filter(choice -> !choice.equals(setting.standard())).findFirst().orElse(setting.standard().equals("q") ? "k" : "q");
        };
    }

    private static Map<String, Function<Recipe, Object>> slots() {
        final Map<String, Function<Recipe, Object>> slots = new LinkedHashMap<>();
        slots.put("weights", recipe -> new SlotWords.Weights(recipe.weights(), recipe.compute()));
        slots.put("adapter", Recipe::adapter);
        slots.put("selector", Recipe::selector);
        slots.put("gradient", Recipe::gradient);
        slots.put("activations", recipe -> new SlotWords.Activations(recipe.activations(), recipe.memory()));
        slots.put("optimizer", Recipe::optimizer);
        slots.put("data", Recipe::data);
        slots.put("run", Recipe::run);
        return Collections.unmodifiableMap(slots);
    }

    /** Made once, at first use; ids must be unequal, since the command line names methods by them. */
    private static final class Loaded {
        private static final List<MethodEntry> ENTRIES = load();

        private static List<MethodEntry> load() {
            final List<MethodEntry> entries = Methods.all().stream().map(MethodShelf::entry).toList();
            if (new HashSet<>(entries.stream().map(MethodEntry::id).toList()).size() != entries.size()) {
                throw new IllegalStateException("two methods have the same id");
            }
            return entries;
        }
    }
}
