package headroom.app.window;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;

/**
 * Something a person can do, with its key and its twin on the command line.
 *
 * @param name verb first: {@code Run the plan}
 * @param key empty where there is none
 * @param twin the same on the command line ({@code headroom train …}); empty where there is none
 * @param possible asked before it is offered
 */
public record Command(String name, Optional<KeyCombination> key, String twin, BooleanSupplier possible, Runnable action) {

    /** @param key as JavaFX writes it ({@code Ctrl+R}, {@code Space}); empty for none */
    public static Command of(String name, String key, Runnable action) {
        return of(name, key, "", () -> true, action);
    }

    public static Command of(String name, String key, String twin, BooleanSupplier possible, Runnable action) {
        return new Command(name, key.isEmpty() ? Optional.empty() : Optional.of(KeyCombination.valueOf(key)), twin, possible, action);
    }

    /** {@code Ctrl R}, as keys are written in the window. */
    public String keyText() {
        return key.map(combination -> combination.getName().replace("Shift+Ctrl", "Ctrl+Shift").replace("Slash", "/").replace("Period", ".")
                .replace('+', ' ')).orElse("");
    }

    /** Single letters, digits, Space and signs: they belong to a text field while one has the focus. */
    public boolean plainKey() {
        return key.filter(KeyCodeCombination.class::isInstance).map(KeyCodeCombination.class::cast)
                .map(combination -> combination.getControl() != KeyCombination.ModifierValue.DOWN
                        && combination.getShortcut() != KeyCombination.ModifierValue.DOWN
                        && combination.getAlt() != KeyCombination.ModifierValue.DOWN && !combination.getCode().isFunctionKey()).orElse(false);
    }
}
