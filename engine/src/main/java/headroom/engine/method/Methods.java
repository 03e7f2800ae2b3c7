package headroom.engine.method;

import headroom.engine.recipe.Recipe;
import java.util.List;
import java.util.Map;

/** The catalogue of methods, in the order in which it is shown. */
public final class Methods {
    private static final List<Method> ALL = List.of(FullFineTuning.METHOD, Lora.METHOD, Qlora.METHOD, Lisa.METHOD, GaLore.METHOD, Checkpointing.METHOD, Mezo.METHOD);

    private Methods() {}

    public static List<Method> all() {
        return ALL;
    }

    /** @throws IllegalArgumentException if there is no such method; the message lists those there are */
    public static Method named(String id) {
        return ALL.stream().filter(m -> m.id().equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no method '" + id + "'; there are " + String.join(", ", ALL.stream().map(Method::id).toList())));
    }

    /** The recipe of a method with settings. */
    public static Recipe recipe(String id, Map<String, String> settings) {
        Method m = named(id);
        return m.recipeFor(Settings.of(m, settings));
    }
}
