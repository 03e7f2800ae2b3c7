package headroom.engine.method;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The settings of one plan or run: what a person set, over the standards of the method. */
public final class Settings {
    private final Map<String, String> given;
    private final Map<String, Setting> own;

    private Settings(Map<String, String> given, Map<String, Setting> own) {
        this.given = given;
        this.own = own;
    }

    public static Settings of(Method m, Map<String, String> given) {
        Map<String, Setting> own = new LinkedHashMap<>();
        m.settings().forEach(s -> own.put(s.key(), s));
        return new Settings(Map.copyOf(given), own);
    }

    public static Settings standard(Method m) {
        return of(m, Map.of());
    }

    void requireKnown(Method m) {
        List<Setting> all = m.allSettings();
        given.forEach((key, value) -> all.stream().filter(s -> s.key().equals(key)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "method " + m.id() + " has no setting '" + key + "'; it has " + String.join(", ", all.stream().map(Setting::key).toList()))).check(value));
    }

    boolean has(String key) {
        return given.containsKey(key);
    }

    String text(String key) {
        String v = given.get(key);
        return v != null ? v : own.get(key).standard();
    }

    int integer(String key) {
        return Integer.parseInt(text(key));
    }

    double number(String key) {
        return Double.parseDouble(text(key));
    }

    boolean flag(String key) {
        return Boolean.parseBoolean(text(key));
    }

    List<String> words(String key) {
        return Stream.of(text(key).split(",")).map(String::strip).filter(w -> !w.isEmpty()).toList();
    }

    @Override
    public String toString() {
        return Arrays.toString(given.entrySet().toArray());
    }
}
