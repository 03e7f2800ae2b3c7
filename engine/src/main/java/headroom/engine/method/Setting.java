package headroom.engine.method;

import java.util.List;

/**
 * Something a person may change about a method.
 *
 * @param key as typed after {@code --set}
 * @param type what values look like
 * @param standard value when nothing is set
 * @param min smallest number, or NaN
 * @param max largest number, or NaN
 * @param choices allowed words, or examples of them; empty for numbers
 * @param help one line
 */
public record Setting(String key, Type type, String standard, double min, double max, List<String> choices, String help) {
    /** Kinds of values. */
    public enum Type {
        INTEGER, NUMBER, CHOICE, FLAG, WORDS
    }

    public Setting {
        choices = List.copyOf(choices);
    }

    public static Setting integer(String key, int standard, int min, int max, String help) {
        return new Setting(key, Type.INTEGER, Integer.toString(standard), min, max, List.of(), help);
    }

    public static Setting number(String key, double standard, double min, double max, String help) {
        return new Setting(key, Type.NUMBER, Double.toString(standard), min, max, List.of(), help);
    }

    public static Setting choice(String key, String standard, List<String> choices, String help) {
        return new Setting(key, Type.CHOICE, standard, Double.NaN, Double.NaN, choices, help);
    }

    public static Setting flag(String key, boolean standard, String help) {
        return new Setting(key, Type.FLAG, Boolean.toString(standard), Double.NaN, Double.NaN, List.of("true", "false"), help);
    }

    /** Words of which some stand for many, as a share does. */
    static Setting words(String key, String standard, List<String> examples, String help) {
        return new Setting(key, Type.WORDS, standard, Double.NaN, Double.NaN, examples, help);
    }

    /** Words separated by commas. */
    public static Setting words(String key, String standard, String help) {
        return new Setting(key, Type.WORDS, standard, Double.NaN, Double.NaN, List.of(), help);
    }

    /** @throws IllegalArgumentException if the value is not one of this setting's; the message says what is */
    void check(String value) {
        switch (type) {
            case INTEGER, NUMBER -> {
                double v;
                try {
                    v = type == Type.INTEGER ? Integer.parseInt(value) : Double.parseDouble(value);
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException("setting " + key + " is '" + value + "'; expected " + (type == Type.INTEGER ? "a whole number" : "a number") + " from " + show(min)
                            + " to " + show(max), e);
                }
                if (!(v >= min && v <= max)) {
                    throw new IllegalArgumentException("setting " + key + " is " + value + "; expected from " + show(min) + " to " + show(max));
                }
            }
            case CHOICE, FLAG -> {
                if (!choices.contains(value)) {
                    throw new IllegalArgumentException("setting " + key + " is '" + value + "'; expected one of " + String.join(", ", choices));
                }
            }
            case WORDS -> {
                if (value.isBlank()) {
                    throw new IllegalArgumentException("setting " + key + " is empty; expected words separated by commas, e.g. " + standard);
                }
            }
        }
    }

    private String show(double v) {
        return type == Type.INTEGER ? Long.toString((long) v) : Double.toString(v);
    }
}
