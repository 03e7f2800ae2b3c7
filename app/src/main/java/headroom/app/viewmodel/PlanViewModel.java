package headroom.app.viewmodel;

import headroom.app.component.Units;
import headroom.engine.workbench.Advice;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.Setting;
import headroom.engine.workbench.Verdict;
import headroom.engine.workbench.Workbench;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import javafx.application.Platform;
import javafx.beans.Observable;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/**
 * The plan of what was chosen, and every what-if on it: a change of a value is a dry run in the background, the newest one wins, and each
 * can be undone.
 */
public final class PlanViewModel implements AutoCloseable {
    private static final String LANE = "what-if";

    private final Workbench workbench;
    private final Journey journey;
    private final Background background = new Background("plan");
    private final Deque<PlanRequest> past = new ArrayDeque<>();
    private final ReadOnlyObjectWrapper<PlanRequest> request = new ReadOnlyObjectWrapper<>(this, "request");
    private final ReadOnlyObjectWrapper<MemoryPlan> plan = new ReadOnlyObjectWrapper<>(this, "plan");
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyObjectWrapper<Problem> refusal = new ReadOnlyObjectWrapper<>(this, "refusal");
    private final ReadOnlyBooleanWrapper stale = new ReadOnlyBooleanWrapper(this, "stale");
    private final ReadOnlyBooleanWrapper undoable = new ReadOnlyBooleanWrapper(this, "undoable");
    private final ReadOnlyBooleanWrapper starting = new ReadOnlyBooleanWrapper(this, "starting");
    private final ReadOnlyStringWrapper state = new ReadOnlyStringWrapper(this, "state", "Choose a method first");
    private final BooleanProperty shown = new SimpleBooleanProperty(this, "shown");
    private final ObservableList<MemoryPlan> besides = FXCollections.observableArrayList();
    private final RunLength runLength = new RunLength();
    private boolean following;

    public PlanViewModel(Workbench workbench, Journey journey) {
        this.workbench = workbench;
        this.journey = journey;
        for (final Observable chosen : List.of(journey.modelProperty(), journey.datasetProperty(), journey.methodProperty())) {
            chosen.addListener(o -> {
                if (!following) {
                    startAgain();
                }
            });
        }
        journey.budgetBytesProperty().addListener((o, was, is) -> rebudget());
        journey.besides().addListener((Observable o) -> planBesides());
        shown.addListener((o, was, is) -> {
            if (is && plan.get() == null && request.get() != null) {
                planNow();
            }
        });
    }

    /** How long the run is to be. */
    public RunLength runLength() {
        return runLength;
    }

    public Journey journey() {
        return journey;
    }

    public ReadOnlyObjectProperty<PlanRequest> requestProperty() {
        return request.getReadOnlyProperty();
    }

    /** The newest plan that came; null before the first. */
    public ReadOnlyObjectProperty<MemoryPlan> planProperty() {
        return plan.getReadOnlyProperty();
    }

    /** Why the present request cannot be planned; null where it can. */
    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    /** Why the run was not started; null where nothing was refused. */
    public ReadOnlyObjectProperty<Problem> refusalProperty() {
        return refusal.getReadOnlyProperty();
    }

    /** The plan on screen is older than the request. */
    public ReadOnlyBooleanProperty staleProperty() {
        return stale.getReadOnlyProperty();
    }

    public ReadOnlyBooleanProperty undoableProperty() {
        return undoable.getReadOnlyProperty();
    }

    public ReadOnlyBooleanProperty startingProperty() {
        return starting.getReadOnlyProperty();
    }

    public ReadOnlyStringProperty stateProperty() {
        return state.getReadOnlyProperty();
    }

    /** The page is on screen: planning waits until it is. */
    public BooleanProperty shownProperty() {
        return shown;
    }

    /** Plans of further methods, planned for the same choice. */
    public ObservableList<MemoryPlan> besides() {
        return besides;
    }

    /** Settings of the method in the order of its slots; batch, length and accumulation stand apart. */
    public List<Setting> settings() {
        return journey.methodProperty().get() == null ? List.of() : journey.methodProperty().get().settings();
    }

    /** The value of a setting as it is planned with: as asked, else as the plan resolved it, else the standard. */
    public String value(Setting setting) {
        final PlanRequest asked = request.get();
        if (asked == null) {
            return setting.standard();
        }
        if (setting.key().equals("batch") && asked.batch().isPresent()) {
            return String.valueOf(asked.batch().getAsInt());
        }
        if (setting.key().equals("length") && asked.length().isPresent()) {
            return String.valueOf(asked.length().getAsInt());
        }
        final MemoryPlan known = plan.get();
        return asked.settings().getOrDefault(setting.key(),
                known != null && known.request().method().equals(asked.method()) && !known.request().settings().containsKey(setting.key())
                        && setting.key().equals("length") ? known.resolved().getOrDefault(setting.key(), setting.standard()) : setting.standard());
    }

    /** The person set it to something else than the recipe. */
    public boolean changed(Setting setting) {
        final PlanRequest asked = request.get();
        return asked != null && switch (setting.key()) {
            case "batch" -> asked.batch().isPresent();
            case "length" -> asked.length().isPresent();
            default -> asked.settings().containsKey(setting.key());
        };
    }

    /** A what-if. */
    public void set(Setting setting, String value) {
        final PlanRequest now = request.get();
        if (now == null || value.equals(value(setting))) {
            return;
        }
        ask(switch (setting.key()) {
            case "batch" -> now.withBatch(Integer.parseInt(value));
            case "length" -> now.withLength(Integer.parseInt(value));
            default -> value.equals(setting.standard()) ? now.without(setting.key()) : now.with(setting.key(), value);
        });
    }

    /** Puts one value back to the recipe's. */
    public void reset(Setting setting) {
        final PlanRequest now = request.get();
        if (now != null && changed(setting)) {
            ask(new PlanRequest(now.model(), now.data(), now.columns(), now.method(), now.without(setting.key()).settings(),
                    setting.key().equals("batch") ? OptionalInt.empty() : now.batch(), setting.key().equals("length") ? OptionalInt.empty() : now.length(), now.budgetBytes()));
        }
    }

    public void reset() {
        journey.request(request.get().method()).ifPresent(this::ask);
    }

    public void undo() {
        if (!past.isEmpty()) {
            take(past.pop());
        }
    }

    /** Makes a change that was advised; it may be another method. */
    public void apply(Advice advice) {
        ask(advice.applied());
    }

    private void ask(PlanRequest wanted) {
        if (!wanted.equals(request.get())) {
            past.push(request.get());
            take(wanted);
        }
    }

    private void take(PlanRequest wanted) {
        request.set(wanted);
        undoable.set(!past.isEmpty());
        following = true;
        journey.catalogProperty().get().method(wanted.method()).ifPresent(journey.methodProperty()::set);
        journey.budgetBytesProperty().set(wanted.budgetBytes().orElse(0));
        following = false;
        planNow();
        planBesides();
    }

    private void startAgain() {
        past.clear();
        undoable.set(false);
        refusal.set(null);
        request.set(journey.request().orElse(null));
        plan.set(null);
        problem.set(null);
        journey.besides().removeIf(id -> journey.methodProperty().get() != null && id.equals(journey.methodProperty().get().id()));
        planBesides();
        describe();
        if (shown.get()) {
            planNow();
        }
    }

    private void rebudget() {
        final PlanRequest now = request.get();
        if (now != null && !following) {
            request.set(new PlanRequest(now.model(), now.data(), now.columns(), now.method(), now.settings(), now.batch(), now.length(), journey.budget()));
            if (shown.get()) {
                planNow();
            } else {
                plan.set(null);
            }
            planBesides();
        }
    }

    private void planNow() {
        final PlanRequest asked = request.get();
        if (asked == null) {
            return;
        }
        stale.set(plan.get() != null);
        refusal.set(null);
        workbench.planNewest(LANE, asked).whenComplete((found, failure) -> Platform.runLater(() -> {
            if (!asked.equals(request.get()) || failure instanceof CancellationException) {
                return;
            }
            stale.set(false);
            problem.set(failure == null ? null : Background.problem(failure));
            if (failure == null) {
                plan.set(found);
            }
            describe();
        }));
        describe();
    }

    private void planBesides() {
        final List<PlanRequest> asked = new ArrayList<>();
        journey.besides().forEach(id -> journey.request(id).map(this::sameData).ifPresent(asked::add));
        if (asked.isEmpty()) {
            besides.clear();
            return;
        }
        background.work(() -> asked.stream().map(one -> workbench.sketch(one, headroom.engine.workbench.Progress.SILENT)).toList(), besides::setAll, problem::set);
    }

    /** Other methods are compared over the same batches: batch, length and accumulation are those of the plan. */
    private PlanRequest sameData(PlanRequest other) {
        final PlanRequest now = request.get();
        if (now == null) {
            return other;
        }
        final PlanRequest same = new PlanRequest(other.model(), other.data(), other.columns(), other.method(), other.settings(), now.batch(), now.length(), now.budgetBytes());
        return now.settings().containsKey("accumulate") ? same.with("accumulate", now.settings().get("accumulate")) : same;
    }

    private void describe() {
        final PlanRequest asked = request.get();
        final MemoryPlan found = plan.get();
        state.set(asked == null ? "Choose a method first" : methodName(asked.method()) + (found == null || stale.get() ? "" : " · " + against(found)));
    }

    /** {@code 7.82 of 8.00}: the header has little room; below a tenth of a GiB the peak alone, with its unit. */
    private static String against(MemoryPlan plan) {
        final long peak = plan.worstPeakBytes() + plan.outsideBytes();
        final String text = Units.memory(peak);
        return text.endsWith("GiB") ? Units.gibNumber(peak) + " of " + Units.gibNumber(plan.budgetBytes()) : text;
    }

    /** The name of a method of the catalogue. */
    public String methodName(String id) {
        return journey.catalogProperty().get() == null ? id : journey.catalogProperty().get().method(id).map(entry -> entry.name()).orElse(id);
    }

    /** What is needed, how sure that is, what there is, and what makes it safe. */
    public static String sentence(MemoryPlan plan) {
        final long needed = plan.worstPeakBytes() + plan.outsideBytes();
        final String need = "It needs " + Units.memory(needed) + " " + Units.band(plan.bandBytes()) + " of " + Units.memory(plan.budgetBytes()) + ". ";
        final boolean curable = plan.advice().stream().anyMatch(advice -> advice.helps() && advice.verdict() == Verdict.FITS);
        // another tier of memory, which the budget of the device says nothing about
        final String host = plan.hostBytesAtPeak() > 0 ? "Besides, " + Units.memory(plan.hostBytesAtPeak()) + " lie in host memory. " : "";
        return need + host + switch (plan.verdict()) {
            case FITS -> Units.memory(plan.freeBytes()) + " of headroom stay free at the worst batch.";
            case TIGHT -> "The headroom of " + Units.memory(plan.freeBytes()) + " is smaller than the error band." + (curable ? " One change below makes it safe." : "");
            case OVER -> Units.memory(-plan.freeBytes()) + " are missing." + (curable ? " One change below makes it fit." : " No single change makes it fit: combine several, or raise the budget.");
        };
    }

    /** Whether the plan can be run at all: a shape has no weights to train. */
    public boolean trainable() {
        return journey.modelProperty().get() != null && !journey.modelProperty().get().shapeOnly();
    }

    /**
     * Starts what is planned.
     *
     * @param anyway although it does not fit; the budget still stops it
     * @param then gets the id of the run
     */
    public void start(boolean anyway, Consumer<String> then) {
        final PlanRequest asked = request.get();
        if (asked == null || starting.get()) {
            return;
        }
        final RunRequest run = runLength.apply(RunRequest.of(asked));
        starting.set(true);
        refusal.set(null);
        background.work(() -> workbench.start(anyway ? run.startAnyway() : run), id -> {
            starting.set(false);
            journey.runProperty().set("");
            journey.runProperty().set(id);
            then.accept(id);
        }, why -> {
            starting.set(false);
            refusal.set(why);
        });
    }

    /** The same on the command line. */
    public String twin() {
        final PlanRequest asked = request.get();
        if (asked == null) {
            return "headroom plan";
        }
        final StringBuilder text = new StringBuilder("headroom train --model ").append(asked.model());
        asked.data().ifPresent(data -> text.append(" --data ").append(data));
        text.append(" --method ").append(asked.method());
        final Map<String, String> settings = new LinkedHashMap<>(asked.settings());
        settings.forEach((key, value) -> text.append(" --set ").append(key).append('=').append(value));
        asked.batch().ifPresent(batch -> text.append(" --batch ").append(batch));
        asked.length().ifPresent(length -> text.append(" --length ").append(length));
        final OptionalLong budget = asked.budgetBytes();
        budget.ifPresent(bytes -> text.append(" --budget ").append(bytes / Units.MIB).append("MiB"));
        return Objects.toString(text);
    }

    @Override
    public void close() {
        background.close();
    }
}
