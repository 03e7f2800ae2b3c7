package headroom.app.viewmodel;

import headroom.engine.workbench.RunRequest;
import java.util.OptionalInt;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;

/** How long a run is to be and how often it is looked at, as typed; an empty field keeps the standard. */
public final class RunLength {
    private final StringProperty epochs = new SimpleStringProperty(this, "epochs", "3");
    private final StringProperty steps = new SimpleStringProperty(this, "steps", "");
    private final StringProperty evalEvery = new SimpleStringProperty(this, "evalEvery", "");
    private final StringProperty checkpointEvery = new SimpleStringProperty(this, "checkpointEvery", "");
    private final StringProperty seed = new SimpleStringProperty(this, "seed", "1");

    public StringProperty epochsProperty() {
        return epochs;
    }

    /** Where given, it counts and the epochs do not. */
    public StringProperty stepsProperty() {
        return steps;
    }

    public StringProperty evalEveryProperty() {
        return evalEvery;
    }

    public StringProperty checkpointEveryProperty() {
        return checkpointEvery;
    }

    public StringProperty seedProperty() {
        return seed;
    }

    /** Whether a text can stand in a field: nothing, or a whole number from 1 on. */
    public static boolean valid(String text) {
        return text.isBlank() || number(text).isPresent();
    }

    RunRequest apply(RunRequest plain) {
        final OptionalInt count = number(steps.get());
        return new RunRequest(plain.plan(), plain.title(), count, count.isPresent() ? OptionalInt.empty() : number(epochs.get()), number(evalEvery.get()),
                number(checkpointEvery.get()), number(seed.get()).orElse(1), plain.fresh(), plain.anyway());
    }

    private static OptionalInt number(String text) {
        try {
            final int value = Integer.parseInt(text.strip());
            return value > 0 ? OptionalInt.of(value) : OptionalInt.empty();
        } catch (NumberFormatException _) {
            return OptionalInt.empty();
        }
    }
}
