package headroom.engine.workbench;

import java.util.List;

/**
 * One thing that can be set with {@code --set key=value} or a control of the Plan view.
 *
 * @param slot the recipe slot it belongs to, or {@code run}
 * @param standard the value taken when nothing is said, as text
 * @param min and {@code max} bounds for INTEGER and REAL, both inclusive; NaN where there is none
 * @param choices the values of a CHOICE; empty otherwise
 * @param help one sentence: what it does, its unit
 */
public record Setting(
        String key, String label, String slot, Type type, String standard, double min, double max, List<String> choices, String help) {

    public Setting {
        choices = List.copyOf(choices);
    }

    public enum Type { INTEGER, REAL, FLAG, CHOICE, TEXT }
}
