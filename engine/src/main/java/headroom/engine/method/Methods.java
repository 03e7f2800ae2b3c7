package headroom.engine.method;

import headroom.engine.recipe.Recipe;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The catalogue of methods: everything that provides one, by family, then by year. */
public final class Methods {
    private static final List<Method> ALL = ServiceLoader.load(Method.Provider.class, Methods.class.getClassLoader()).stream().map(p -> p.get().method())
            .sorted(Comparator.comparing(Method::family).thenComparing(Method::year).thenComparing(Method::id)).toList();

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
