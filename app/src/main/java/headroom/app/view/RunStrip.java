package headroom.app.view;

import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.RunViewModel;
import headroom.app.window.Navigator;
import headroom.engine.workbench.RunCommand;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.PopOver;
import org.kordamp.ikonli.feather.Feather;

/** The head of a run: its state, how far it is, its times, and what can be told to it. */
final class RunStrip extends HBox {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    private final RunViewModel model;
    private final Region dot = new Region();
    private final Label state = Parts.label("", "type-section");
    private final Label title = Parts.label("", "type-table", "muted");
    private final Label steps = Parts.label("", "type-table");
    private final Label tokens = Parts.label("", "type-table", "muted");
    private final ProgressBar bar = new ProgressBar(0);
    private final Label elapsed = Parts.label("", "strong");
    private final Label left = Parts.label("", "strong");
    private final Label ends = Parts.label("", "strong");
    private final Label step = Parts.label("", "strong");
    private final Button pause;
    private final Button checkpoint;
    private final Button stop;
    private final Button resume;
    private final Button compare;
    private final Button trial;
    private final HBox actions = new HBox(8);
    private List<Node> offered = List.of();

    RunStrip(RunViewModel model, Navigator navigator) {
        super(24);
        this.model = model;
        getStyleClass().add("run-strip");
        setAlignment(Pos.CENTER_LEFT);
        pause = Parts.button("Pause", Feather.PAUSE, "Space", model::pauseOrResume);
        pause.setId("pause");
        checkpoint = Parts.button("Checkpoint", Feather.SAVE, "Ctrl S", () -> model.tell(RunCommand.CHECKPOINT));
        checkpoint.setId("checkpoint");
        stop = Parts.button("Stop…", Feather.SQUARE, null, this::askStop);
        stop.setId("stop");
        resume = Parts.primary("Resume", "Space", model::pauseOrResume);
        resume.setId("resume");
        compare = Parts.button("Compare", Feather.BAR_CHART_2, null, () -> navigator.go("compare"));
        compare.setId("to-compare");
        trial = Parts.primary("Try it", null, () -> navigator.go("try"));
        trial.setId("to-try");
        dot.getStyleClass().add("state-dot");
        final HBox first = new HBox(8, dot, state);
        first.setAlignment(Pos.CENTER_LEFT);
        title.setMinWidth(0);
        final VBox who = new VBox(4, first, title);
        who.setAlignment(Pos.CENTER_LEFT);
        who.setMinWidth(180);
        who.setPrefWidth(232);
        bar.setMaxWidth(Double.MAX_VALUE);
        bar.getStyleClass().add("thick");
        final HBox above = new HBox(steps, Parts.gap(), tokens);
        steps.setMinWidth(0);
        tokens.setMinWidth(0);
        final VBox progress = new VBox(6, above, bar);
        progress.setAlignment(Pos.CENTER_LEFT);
        progress.setMinWidth(180);
        HBox.setHgrow(progress, Priority.ALWAYS);
        final HBox times = new HBox(16, figure("Elapsed", elapsed), figure("Left", left), figure("Ends", ends), figure("Step", step));
        times.setAlignment(Pos.CENTER_LEFT);
        actions.setAlignment(Pos.CENTER_RIGHT);
        actions.setMinWidth(Region.USE_PREF_SIZE);
        getChildren().addAll(who, progress, times, actions);
    }

    private static VBox figure(String name, Label value) {
        final VBox box = new VBox(2, Parts.label(name, "type-table", "muted"), value);
        box.setMinWidth(52);
        box.setAlignment(Pos.CENTER_LEFT);
        return box;
    }

    /** Where the keyboard goes: what is told to the run next. */
    Node focusTarget() {
        return offered.isEmpty() ? this : offered.getFirst();
    }

    /** Asked in a pop-over beside the button: nothing modal stands over a live run. */
    void askStop() {
        final PopOver[] pop = new PopOver[1];
        final Button yes = Parts.primary("Stop with a checkpoint", "Ctrl .", () -> {
            pop[0].hide();
            stopNow();
        });
        yes.setId("stop-now");
        final Button no = Parts.button("Keep it running", null, null, () -> pop[0].hide());
        final VBox box = new VBox(12, Parts.words("The step that is under way ends, a checkpoint is written, and the run can go on from there later.", "type-table", "muted"), new HBox(8, yes, no));
        box.setPrefWidth(336);
        pop[0] = headroom.app.component.Pop.show(stop, box, PopOver.ArrowLocation.TOP_RIGHT);
        yes.requestFocus();
    }

    void stopNow() {
        model.tell(RunCommand.STOP);
    }

    void show(RunSnapshot now) {
        final RunState at = now.state();
        dot.getStyleClass().setAll("state-dot", at.name().toLowerCase(Locale.ROOT));
        state.setText(switch (at) {
            case PLANNED, LOADING -> now.loading().map(on -> on.total() > 0 ? "Loading, " + Units.percent((double) on.done() / on.total()) : "Loading").orElse("Loading");
            case RUNNING -> "Running";
            case PAUSED -> "Paused";
            case FINISHED -> "Finished";
            case STOPPED -> "Stopped";
            case FAILED -> "Failed";
        });
        title.setText(now.title() + ", run " + now.run());
        steps.setText(now.loading().map(on -> on.what()).filter(words -> at == RunState.LOADING).orElse("Step " + Units.count(now.step()) + " of " + Units.count(now.steps())
                + " · epoch " + Units.decimals(now.epoch(), 2) + (now.epochs() > 0 ? " of " + Units.decimals(now.epochs(), now.epochs() == Math.rint(now.epochs()) ? 0 : 2) : "")));
        tokens.setText(now.tokensTotal() == 0 ? "" : Units.amount(now.tokens()) + " of " + Units.amount(now.tokensTotal()) + " tokens");
        bar.setProgress(now.steps() == 0 ? 0 : (double) now.step() / now.steps());
        elapsed.setText(Units.clock(now.elapsedSeconds()));
        final boolean going = at == RunState.RUNNING && Double.isFinite(now.leftSeconds());
        left.setText(going ? Units.clock(now.leftSeconds()) : Units.NONE);
        ends.setText(going ? CLOCK.format(LocalTime.now().plusSeconds(Math.round(now.leftSeconds()))) : Units.NONE);
        step.setText(Units.duration(now.stepSeconds()));
        offer(now);
    }

    private void offer(RunSnapshot now) {
        final List<Node> wanted = new ArrayList<>();
        switch (now.state()) {
            case PLANNED, LOADING -> wanted.add(stop);
            case RUNNING -> wanted.addAll(List.of(pause, checkpoint, stop));
            case PAUSED -> wanted.addAll(List.of(resume, checkpoint, stop));
            case STOPPED -> wanted.addAll(List.of(resume, compare));
            case FINISHED -> wanted.addAll(List.of(trial, compare));
            case FAILED -> wanted.add(compare);
        }
        if (!wanted.equals(offered)) {
            final boolean had = offered.stream().anyMatch(Node::isFocused);
            offered = List.copyOf(wanted);
            actions.getChildren().setAll(wanted);
            if (had) {
                wanted.getFirst().requestFocus();
            }
        }
    }

}
