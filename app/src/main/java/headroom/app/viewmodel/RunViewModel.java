package headroom.app.viewmodel;

import headroom.app.component.Units;
import headroom.engine.workbench.Advice;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.MemoryInstant;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.RunCommand;
import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Workbench;
import headroom.engine.workbench.WorkbenchException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javafx.application.Platform;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;

/**
 * A run as it goes: the newest snapshot up to four times a second, what can be told to it, and what to do where it ended early.
 *
 * <p>A redraw takes milliseconds of a core, and a run that trains on the processor waits for the core that lost them: a machine with few cores gets fewer redraws (docs/decisions/0012).
 */
public final class RunViewModel implements AutoCloseable {
    /** What figures in tables may change at. */
    private static final long PERIOD = Beat.NANOS / 8;
    private static final int CORES_AT_FULL_PACE = 16;
    private static final int SLOWEST = 8;
    private static final int HIDDEN_EVERY = 2;
    /** For so many periods after a command the answer is looked for at full pace. */
    private static final int HURRIED = 20;

    private final Workbench workbench;
    private final Journey journey;
    private final Background background = new Background("run");
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("run-snapshots").daemon().factory());
    private final AtomicReference<RunSnapshot> newest = new AtomicReference<>();
    private final ReadOnlyObjectWrapper<RunSnapshot> snapshot = new ReadOnlyObjectWrapper<>(this, "snapshot");
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyStringWrapper state = new ReadOnlyStringWrapper(this, "state", Units.NONE);
    private volatile String followed = "";
    private volatile boolean shown;
    private volatile int pace = 1;
    private final AtomicInteger hurry = new AtomicInteger();

    public RunViewModel(Workbench workbench, Journey journey) {
        this.workbench = workbench;
        this.journey = journey;
        journey.runProperty().addListener((o, was, is) -> follow(is));
        journey.machineProperty().addListener((o, was, is) -> pace = is == null ? 1 : pace(is.cores(), is.device().isPresent()));
        clock.scheduleAtFixedRate(this::tick, Beat.toNext(), PERIOD, TimeUnit.NANOSECONDS);
    }

    /** Null where there is no run yet. */
    public ReadOnlyObjectProperty<RunSnapshot> snapshotProperty() {
        return snapshot.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    public ReadOnlyStringProperty stateProperty() {
        return state.getReadOnlyProperty();
    }

    public ObjectProperty<MachineReading> machineProperty() {
        return journey.machineProperty();
    }

    /** While the page is not on screen, snapshots come half as often, for the header only. */
    public void setShown(boolean on) {
        shown = on;
        hurry.set(on ? 1 : 0);
    }

    /** Periods from one snapshot to the next, for a run on a processor of so many cores, or beside it on a card. */
    static int pace(int cores, boolean onCard) {
        return onCard ? 1 : Math.clamp(CORES_AT_FULL_PACE / Math.max(1, cores), 1, SLOWEST);
    }

    /** Shows the run that is live, or the newest one where none was chosen. */
    public void showNewest() {
        final String now = journey.runProperty().get();
        background.work(() -> workbench.liveRun().or(() -> now.isEmpty() ? workbench.runs().stream().findFirst().map(RunSummary::run) : Optional.empty()),
                found -> found.filter(run -> now.equals(journey.runProperty().get())).ifPresent(journey.runProperty()::set), problem::set);
    }

    public boolean live() {
        final RunSnapshot now = snapshot.get();
        return now != null && !now.state().ended();
    }

    public void pauseOrResume() {
        final RunSnapshot now = snapshot.get();
        if (now != null && now.state() == RunState.RUNNING) {
            tell(RunCommand.PAUSE);
        } else if (now != null && now.state() == RunState.PAUSED) {
            tell(RunCommand.RESUME);
        } else if (resumable()) {
            goOn();
        }
    }

    public void tell(RunCommand command) {
        final String run = followed;
        background.work(() -> {
            workbench.command(run, command);
            hurry.set(HURRIED);
            return run;
        }, done -> problem.set(null), problem::set);
    }

    /** Ended before its last step, with a checkpoint or a beginning to go on from. */
    public boolean resumable() {
        final RunSnapshot now = snapshot.get();
        return now != null && (now.state() == RunState.STOPPED || now.state() == RunState.FAILED);
    }

    /** Goes on from the newest checkpoint. */
    public void goOn() {
        final String run = followed;
        background.work(() -> workbench.resume(run), this::again, problem::set);
    }

    /** Goes on with a change that the failure card offers. */
    public void goOn(Advice remedy) {
        final String run = followed;
        background.work(() -> workbench.resume(run, remedy.applied()), this::again, problem::set);
    }

    /** Goes on with a larger budget, or with all of the machine where {@code bytes} is 0. */
    public void goOn(long bytes) {
        final String run = followed;
        background.work(() -> {
            final PlanRequest now = workbench.show(run).request().plan();
            return workbench.resume(run, new PlanRequest(now.model(), now.data(), now.columns(), now.method(), now.settings(), now.batch(), now.length(),
                    bytes > 0 ? java.util.OptionalLong.of(bytes) : java.util.OptionalLong.empty()));
        }, id -> {
            journey.budgetBytesProperty().set(bytes);
            again(id);
        }, problem::set);
    }

    /** The least whole step of budget that the refused booking would have needed, with a margin for what follows it. */
    public static long raised(headroom.engine.workbench.FailureCard.OverBudget over, long plannedBytes) {
        final long needed = Math.max(over.budgetBytes() - over.leftBytes() + over.askedBytes(), plannedBytes);
        final long grain = needed > Units.GIB ? Units.GIB / 4 : Units.MIB * 16;
        return Math.ceilDiv(Math.round(needed * 1.05), grain) * grain;
    }

    private void again(String run) {
        problem.set(null);
        journey.runProperty().set("");
        journey.runProperty().set(run);
    }

    /** Whether another run can be looked at here; @param then hears that it is shown */
    public void show(String run, Consumer<String> then) {
        again(run);
        then.accept(run);
    }

    private void follow(String run) {
        followed = run;
        newest.set(null);
        if (run.isEmpty()) {
            snapshot.set(null);
            describe();
            return;
        }
        background.work(() -> now(run), this::put, problem::set);
    }

    private RunSnapshot now(String run) {
        try {
            return workbench.snapshot(run);
        } catch (WorkbenchException _) {
            // not started in this process: what is stored of it
            return stored(workbench.show(run));
        }
    }

    private void tick() {
        final String run = followed;
        final RunSnapshot last = newest.get();
        if (run.isEmpty() || last == null || last.state().ended()) {
            return;
        }
        try {
            if (!Beat.falls(System.nanoTime(), PERIOD, periods(last)) && isLive(run)) {
                return;
            }
            final RunSnapshot found = workbench.snapshot(run);
            if (found.revision() != last.revision() && run.equals(followed) && newest.compareAndSet(last, found)) {
                Platform.runLater(() -> put(newest.get()));
            }
        } catch (RuntimeException failure) {
            Platform.runLater(() -> problem.set(Background.problem(failure)));
        }
    }

    /** A person who told it something, or waits for it to begin, is answered at once. */
    private int periods(RunSnapshot last) {
        final boolean hurried = hurry.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        return hurried || last.state() != RunState.RUNNING ? 1 : pace * (shown ? 1 : HIDDEN_EVERY);
    }

    /** That it has ended is told at once. */
    private boolean isLive(String run) {
        return workbench.liveRun().filter(run::equals).isPresent();
    }

    private void put(RunSnapshot found) {
        if (found != null && found.run().equals(followed)) {
            newest.set(found);
            if (found != snapshot.get()) {
                snapshot.set(found);
                describe();
            }
        }
    }

    private void describe() {
        final RunSnapshot now = snapshot.get();
        state.set(now == null ? Units.NONE : switch (now.state()) {
            case PLANNED, LOADING -> "Loading";
            case RUNNING -> Units.count(now.step()) + " of " + Units.count(now.steps()) + (Double.isFinite(now.leftSeconds()) ? " · " + Units.clock(now.leftSeconds()) + " left" : "");
            case PAUSED -> "Paused at step " + Units.count(now.step());
            case FINISHED -> "Finished, " + Units.count(now.steps()) + " steps";
            case STOPPED -> "Stopped at step " + Units.count(now.step());
            case FAILED -> "Failed at step " + Units.count(now.failure().map(headroom.engine.workbench.FailureCard::step).orElse(now.step()));
        });
    }

    /** What is stored of a run, in the form of a snapshot, so that one page shows both. */
    static RunSnapshot stored(RunDetails run) {
        final RunSummary sum = run.summary();
        final int last = run.history().size() - 1;
        final MemoryInstant none = new MemoryInstant(0, 0, sum.step(), "", "", "", CategoryBytes.ZERO, 0);
        final RunSnapshot.Memory memory = new RunSnapshot.Memory(none, sum.peakBytes(), sum.byCategoryAtPeak(), sum.plannedPeakBytes(),
                run.plannedByCategoryAtPeak(), sum.budgetBytes(), Math.max(0, run.processGrowthBytes() - sum.peakBytes()), run.processGrowthBytes(), run.oneStep());
        final RunState state = sum.interrupted() ? RunState.STOPPED : sum.state();
        final long tokens = last < 0 ? 0 : run.history().tokens(last);
        final double epoch = last < 0 ? 0 : run.history().epoch(last);
        final double share = sum.steps() == 0 ? 1 : (double) sum.step() / sum.steps();
        return new RunSnapshot(sum.run(), sum.title(), -1, state, Optional.empty(), sum.step(), sum.steps(), epoch,
                share > 0 ? epoch / share : epoch, tokens, share > 0 ? Math.round(tokens / share) : tokens, run.history(), run.evals(), memory, List.of(),
                sum.tokensPerSecond(), Double.NaN, sum.seconds(), Double.NaN, run.events(), run.checkpoints().stream().max(java.util.Comparator.comparingInt(headroom.engine.workbench.CheckpointEntry::step)),
                run.failure());
    }

    @Override
    public void close() {
        clock.shutdownNow();
        background.close();
    }
}
