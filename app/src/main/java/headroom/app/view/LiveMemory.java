package headroom.app.view;

import headroom.app.component.Legend;
import headroom.app.component.MemoryStack;
import headroom.app.component.MemoryTimeline;
import headroom.app.component.Parts;
import headroom.app.component.Points;
import headroom.app.component.RunOverview;
import headroom.app.component.Units;
import headroom.engine.memory.Category;
import headroom.engine.workbench.MemoryInstant;
import headroom.engine.workbench.RunEvent;
import headroom.engine.workbench.RunSnapshot;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.controlsfx.control.SegmentedButton;

/** Every booking of the last seconds by category, with plan and budget; the peak in figures beside it; the whole run below. */
final class LiveMemory extends VBox {
    private final MemoryTimeline timeline = new MemoryTimeline().setNaming("Memory of the run", false, true);
    private final RunOverview overview = new RunOverview();
    private final Label what = Parts.label("", "type-table", "muted");
    private final Label hero = Parts.label("", "type-hero");
    private final Label unit = Parts.label("At the peak", "type-table", "muted");
    private final Map<Category, Label> figures = new EnumMap<>(Category.class);
    private final Label outside = Parts.label("", "type-table", "strong");
    private final Label now = Parts.words("", "type-table", "muted");
    private final Button follow = Parts.button("Follow", null, null, this::follow);
    private final Label name = Parts.label("Memory, live", "type-section");
    private final BooleanProperty live = new SimpleBooleanProperty(this, "live", true);
    private double seconds = 4;
    private boolean following = true;
    private RunSnapshot shown;

    LiveMemory() {
        final ToggleButton one = new ToggleButton("1 s");
        final ToggleButton four = new ToggleButton("4 s");
        four.setSelected(true);
        four.selectedProperty().addListener((o, was, is) -> {
            seconds = is ? 4 : 1;
            follow();
        });
        follow.getStyleClass().add("compact");
        follow.setVisible(false);
        final SegmentedButton spans = Parts.segments(List.of(one, four));
        live.addListener((o, was, is) -> {
            spans.setVisible(is);
            name.setText(is ? "Memory, live" : "Memory");
        });
        final HBox head = Parts.paneHeader("", "", follow, spans);
        head.getChildren().set(0, name);
        head.getChildren().add(1, what);
        head.setStyle("-fx-padding: 0 24 0 24;");
        final StackPane chart = new StackPane(timeline);
        chart.setStyle("-fx-padding: 0 0 0 24;");
        HBox.setHgrow(chart, Priority.ALWAYS);
        timeline.setMinHeight(120);
        timeline.onWindow(window -> {
            following = false;
            follow.setVisible(true);
        });
        final HBox body = new HBox(16, chart, side());
        VBox.setVgrow(body, Priority.ALWAYS);
        final StackPane below = new StackPane(overview);
        below.setStyle("-fx-padding: 0 24 4 24;");
        getChildren().addAll(head, body, below);
        setMinHeight(220);
    }

    private Node side() {
        final VBox side = new VBox(4, unit, hero);
        for (final Category category : Category.values()) {
            final Label figure = Parts.label(Units.NONE, "type-table", "strong");
            figures.put(category, figure);
            final HBox line = new HBox(8, Legend.swatch(category), Parts.label(MemoryStack.name(category), "type-table"), Parts.gap(), figure);
            line.setAlignment(Pos.CENTER_LEFT);
            line.setOnMouseEntered(event -> timeline.light(category));
            line.setOnMouseExited(event -> timeline.light(null));
            side.getChildren().add(2, line);
        }
        final HBox last = new HBox(8, Legend.outsideSwatch(), Parts.label("Outside", "type-table"), Parts.gap(), outside);
        last.setAlignment(Pos.CENTER_LEFT);
        now.setMinHeight(36);
        side.getChildren().addAll(last, Parts.rule(), now);
        side.setMinWidth(160);
        side.setPrefWidth(160);
        side.setMaxWidth(160);
        side.setStyle("-fx-padding: 0 24 0 0;");
        side.setMinWidth(176);
        side.setPrefWidth(176);
        side.setMaxWidth(176);
        return side;
    }

    private void follow() {
        following = true;
        follow.setVisible(false);
        if (shown != null) {
            draw(shown);
        }
    }

    /** The curve: with every snapshot. */
    void draw(RunSnapshot snapshot) {
        shown = snapshot;
        final RunSnapshot.Memory memory = snapshot.memory();
        final List<MemoryInstant> recent = memory.recent();
        final boolean stored = snapshot.revision() < 0;
        live.set(!stored);
        timeline.setBudget(memory.budgetBytes()).setPlan(memory.plannedPeakBytes() > 0 ? OptionalLong.of(memory.plannedPeakBytes()) : OptionalLong.empty());
        if (stored) {
            timeline.showStep(recent, 0);
        } else {
            timeline.showLive(recent, 0);
        }
        if (following) {
            final double end = recent.isEmpty() ? 0 : recent.getLast().seconds();
            if (stored || recent.isEmpty()) {
                timeline.setWindow(Double.NaN, Double.NaN);
            } else {
                timeline.setWindow(Math.max(recent.getFirst().seconds(), end - seconds), end);
            }
        }
    }

    /** The figures: at most four times a second. */
    void figures(RunSnapshot snapshot) {
        final RunSnapshot.Memory memory = snapshot.memory();
        // before the first step there is no peak, which is not a peak of nothing
        final boolean known = memory.peakBytes() > 0;
        hero.setText(known ? Units.memory(memory.peakBytes()) : Units.NONE);
        figures.forEach((category, label) -> label.setText(known ? Units.memory(memory.byCategoryAtPeak().get(category)) : Units.NONE));
        outside.setText(Units.memory(memory.outsideBytes()));
        what.setText(snapshot.revision() < 0 ? "· one step, as it was booked" : "· every booking, last " + Units.decimals(seconds, 0) + Units.THIN + "s");
        final MemoryInstant at = memory.now();
        now.setText(snapshot.state().ended() ? "" : "Now " + Units.memory(at.bytes().totalBytes()) + (at.owner().isEmpty() ? "" : " in " + at.owner()));
        overview.show(Points.of(snapshot.history(), i -> snapshot.history().step(i), i -> snapshot.history().peakBytes(i)), snapshot.steps(), memory.budgetBytes(), checkpoints(snapshot));
    }

    private static List<Integer> checkpoints(RunSnapshot snapshot) {
        return snapshot.events().stream().filter(event -> event.title().toLowerCase(java.util.Locale.ROOT).startsWith("checkpoint")).map(RunEvent::step).distinct().toList();
    }
}
