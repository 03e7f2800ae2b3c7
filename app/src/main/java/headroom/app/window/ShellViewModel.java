package headroom.app.window;

import headroom.app.viewmodel.Beat;
import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.Workbench;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javafx.application.ColorScheme;
import javafx.application.Platform;
import javafx.beans.property.LongProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleObjectProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the frame around the views shows: the machine every two seconds, the budget and the look, both remembered. */
public final class ShellViewModel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShellViewModel.class);

    private final Workbench workbench;
    private final LongProperty budgetBytes = new SimpleLongProperty(this, "budgetBytes");
    private final ObjectProperty<Look> look = new SimpleObjectProperty<>(this, "look", Look.SYSTEM);
    private final ReadOnlyObjectWrapper<Theme> theme = new ReadOnlyObjectWrapper<>(this, "theme", Theme.LIGHT);
    private final ReadOnlyObjectWrapper<MachineReading> machine = new ReadOnlyObjectWrapper<>(this, "machine");
    private final ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("machine-reading").daemon().factory());

    /** What a person chose; SYSTEM follows the desktop. */
    public enum Look { LIGHT, DARK, SYSTEM }

    public ShellViewModel(Workbench workbench) {
        this.workbench = workbench;
        budgetBytes.set(workbench.setting("budget").map(ShellViewModel::bytes).orElse(0L));
        look.set(workbench.setting("look").flatMap(name -> Arrays.stream(Look.values()).filter(value -> lower(value).equals(name)).findFirst()).orElse(Look.SYSTEM));
        budgetBytes.addListener((o, was, is) -> remember("budget", String.valueOf(is)));
        look.addListener((o, was, is) -> {
            remember("look", lower(is));
            retheme();
        });
        Platform.getPreferences().colorSchemeProperty().addListener((o, was, is) -> retheme());
        retheme();
        background.execute(this::readMachine);
        background.scheduleAtFixedRate(this::readMachine, Beat.toNext(), Beat.NANOS, TimeUnit.NANOSECONDS);
    }

    /** Pretended memory in bytes; 0 is the machine as it is. */
    public LongProperty budgetBytesProperty() {
        return budgetBytes;
    }

    public ObjectProperty<Look> lookProperty() {
        return look;
    }

    public ReadOnlyObjectProperty<Theme> themeProperty() {
        return theme.getReadOnlyProperty();
    }

    /** Null before the first reading. */
    public ReadOnlyObjectProperty<MachineReading> machineProperty() {
        return machine.getReadOnlyProperty();
    }

    /** The last part of the home folder, as a name for where runs are kept. */
    public String homeName() {
        return Objects.toString(workbench.home().getFileName(), workbench.home().toString());
    }

    /** What to send along with a question: versions and the machine, no data. */
    public String diagnostics() {
        final MachineReading reading = machine.get();
        return "Headroom " + Resources.version() + "\nJava " + Runtime.version() + "\nJavaFX " + System.getProperty("javafx.runtime.version", "unknown")
                + "\nSystem " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch")
                + "\nBudget " + (budgetBytes.get() == 0 ? "this machine" : budgetBytes.get() + " bytes") + "\nLook " + lower(look.get())
                + (reading == null ? "" : "\nProcessor " + reading.processor() + ", " + reading.cores() + " cores\nRAM " + reading.ramUsedBytes() + " of " + reading.ramBytes()
                        + " bytes\nProcess " + reading.processBytes() + " bytes\nEngine " + reading.engine() + "\nAllocator " + reading.allocator()
                        + reading.device().map(device -> "\nCard " + device.name() + ", " + device.usedBytes() + " of " + device.totalBytes() + " bytes").orElse("\nCard none"))
                + "\n";
    }

    @Override
    public void close() {
        background.shutdownNow();
    }

    private void retheme() {
        final boolean dark = look.get() == Look.DARK || look.get() == Look.SYSTEM && Platform.getPreferences().getColorScheme() == ColorScheme.DARK;
        theme.set(dark ? Theme.DARK : Theme.LIGHT);
    }

    private void readMachine() {
        try {
            final MachineReading reading = workbench.machine();
            Platform.runLater(() -> machine.set(reading));
        } catch (RuntimeException e) {
            LOG.warn("The machine could not be read: {}", e.getMessage());
        }
    }

    /** Settings are written on the background thread: the window does not wait for the disk. */
    private void remember(String key, String value) {
        background.execute(() -> {
            try {
                workbench.setting(key, value);
            } catch (RuntimeException e) {
                LOG.warn("The setting {} could not be kept: {}", key, e.getMessage());
            }
        });
    }

    private static String lower(Look look) {
        return look.name().toLowerCase(Locale.ROOT);
    }

    private static long bytes(String text) {
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
