package headroom.app.view;

import headroom.app.component.LineChart;
import headroom.app.component.Parts;
import headroom.app.component.Points;
import headroom.app.component.Units;
import headroom.engine.workbench.Evaluation;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.StepHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** Loss of training and evaluation, and tokens per second, over the steps, the time, the tokens or the epochs. */
final class RunCurves extends HBox {
    private static final double SMOOTH = 0.9;

    private final LineChart loss = new LineChart().setName("Loss", 96).setTexts(Axis.STEP.text, value -> Units.decimals(value, 2));
    private final LineChart speed = new LineChart().setName("Tokens per second", 96).setTexts(Axis.STEP.text, value -> Units.count(Math.round(value)))
            .setY(OptionalDouble.of(0), OptionalDouble.empty());
    private final Label quality = Parts.label("", "type-table", "muted");
    private Axis axis = Axis.STEP;
    private RunSnapshot shown;

    /** What stands below a curve. */
    enum Axis {
        STEP(value -> Units.count(Math.round(value))), TIME(Units::clock), TOKENS(Units::amount), EPOCH(value -> Units.decimals(value, 1));

        final DoubleFunction<String> text;

        Axis(DoubleFunction<String> text) {
            this.text = text;
        }

        IntToDoubleFunction of(StepHistory history) {
            return switch (this) {
                case STEP -> history::step;
                case TIME -> history::seconds;
                case TOKENS -> history::tokens;
                case EPOCH -> history::epoch;
            };
        }

        ToDoubleFunction<Evaluation> ofEvaluation() {
            return switch (this) {
                case STEP -> Evaluation::step;
                case TIME -> Evaluation::seconds;
                case TOKENS -> Evaluation::tokens;
                case EPOCH -> Evaluation::epoch;
            };
        }

        String word() {
            return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }

    RunCurves() {
        final List<ToggleButton> buttons = Arrays.stream(Axis.values()).map(one -> {
            final ToggleButton button = new ToggleButton(one.word());
            button.setSelected(one == Axis.STEP);
            button.selectedProperty().addListener((o, was, is) -> {
                if (is) {
                    axis = one;
                    speed.setTexts(one.text, value -> Units.count(Math.round(value)));
                    redraw();
                }
            });
            return button;
        }).toList();
        final javafx.scene.layout.Region between = Parts.rule();
        between.getStyleClass().add("vertical");
        loss.onCrosshair(speed::showCrosshair);
        speed.onCrosshair(loss::showCrosshair);
        getChildren().addAll(half("Loss", loss, quality, Parts.segments(buttons)), between, half("Throughput, tokens per second", speed));
        setMinHeight(140);
    }

    private static VBox half(String title, LineChart chart, javafx.scene.Node... right) {
        final HBox head = Parts.paneHeader(title, "chart", right);
        head.setStyle("-fx-padding: 0 16 0 24;");
        final StackPane pane = new StackPane(chart);
        pane.setStyle("-fx-padding: 0 16 4 24;");
        VBox.setVgrow(pane, Priority.ALWAYS);
        final VBox half = new VBox(head, pane);
        half.setPrefWidth(0);
        HBox.setHgrow(half, Priority.ALWAYS);
        return half;
    }

    void show(RunSnapshot snapshot) {
        shown = snapshot;
        redraw();
    }

    /** As many decimals as tell one tick of the axis from the next. */
    static DoubleFunction<String> figures(List<LineChart.Line> lines) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (final LineChart.Line line : lines) {
            for (int i = 0; i < line.points().size(); i++) {
                least = Math.min(least, Double.isNaN(line.points().y(i)) ? least : line.points().y(i));
                most = Math.max(most, Double.isNaN(line.points().y(i)) ? most : line.points().y(i));
            }
        }
        final int places = most - least < 0.2 ? 3 : 2;
        return value -> Units.decimals(value, places);
    }

    private void redraw() {
        if (shown == null) {
            return;
        }
        final StepHistory history = shown.history();
        final Points raw = Points.of(history, axis.of(history), history::loss);
        final List<LineChart.Line> lines = new ArrayList<>();
        final String last = history.size() == 0 ? "" : "train " + Units.loss(raw.smooth(SMOOTH).y(history.size() - 1));
        lines.add(LineChart.Line.raw(raw));
        lines.add(LineChart.Line.run(last, 0, raw.smooth(SMOOTH)));
        final List<Evaluation> evals = shown.evals().stream().filter(eval -> Double.isFinite(eval.metrics().getOrDefault("loss", Double.NaN))).toList();
        if (!evals.isEmpty()) {
            lines.add(LineChart.Line.eval("eval " + Units.loss(evals.getLast().metrics().get("loss")),
                    Points.of(evals.size(), i -> axis.ofEvaluation().applyAsDouble(evals.get(i)), i -> evals.get(i).metrics().get("loss"))));
        }
        loss.setTexts(axis.text, figures(lines));
        loss.show(lines);
        speed.show(List.of(LineChart.Line.run(shown.tokensPerSecond() > 0 ? Units.count(Math.round(shown.tokensPerSecond())) + (shown.state().ended() ? "" : " now") : "",
                0, Points.of(history, axis.of(history), history::tokensPerSecond))));
        if (axis == Axis.STEP) {
            loss.setXEnd(Math.max(1, shown.steps()));
            speed.setXEnd(Math.max(1, shown.steps()));
        } else {
            final double end = history.size() == 0 ? 1 : axis.of(history).applyAsDouble(history.size() - 1);
            loss.setXEnd(end);
            speed.setXEnd(end);
        }
        quality.setText(evals.isEmpty() ? "" : evals.getLast().metrics().entrySet().stream().filter(metric -> !metric.getKey().equals("loss"))
                .map(metric -> metric.getKey() + " " + Units.metric(metric.getKey(), metric.getValue())).reduce((a, b) -> a + ", " + b).orElse(""));
    }
}
