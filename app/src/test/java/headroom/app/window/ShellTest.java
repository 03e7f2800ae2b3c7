package headroom.app.window;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.app.component.FigureTable;
import headroom.app.component.LineChart;
import headroom.app.component.NodeImage;
import headroom.app.component.Points;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TextField;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

class ShellTest {
    private final FxRobot robot = new FxRobot();
    private final FixedWorkbench workbench = new FixedWorkbench();
    private TwoPanes catalog;
    private TwoPanes plan;
    private ShellViewModel model;
    private Shell shell;
    private Stage stage;

    @BeforeEach
    void open() throws Exception {
        FxToolkit.registerPrimaryStage();
        stage = FxToolkit.registerStage(Stage::new);
        FxToolkit.setupFixture(() -> {
            catalog = new TwoPanes("catalog", "Catalog");
            plan = new TwoPanes("plan", "Plan");
            model = new ShellViewModel(workbench.workbench());
            shell = new Shell(model);
            final Scene scene = shell.scene(List.of(catalog, plan, new TwoPanes("run", "Run"), new TwoPanes("compare", "Compare"), new TwoPanes("try", "Try")), 1440, 900);
            stage.setScene(scene);
            stage.show();
            shell.go("catalog");
        });
        WaitForAsyncUtils.waitForFxEvents();
    }

    @AfterEach
    void close() throws Exception {
        model.close();
        FxToolkit.setupFixture(stage::hide);
    }

    @Test
    void keysLeadToTheStagesAndTheFocusLandsWhereTheViewSays() {
        robot.push(KeyCode.CONTROL, KeyCode.DIGIT2);
        WaitForAsyncUtils.waitForFxEvents();
        assertThat(shell.onScreen()).isEqualTo("plan");
        assertThat(stage.getScene().getFocusOwner()).isSameAs(plan.focusTarget());
        assertThat(catalog.events).containsExactly("shown", "hidden");
        robot.push(KeyCode.CONTROL, KeyCode.DIGIT6);
        WaitForAsyncUtils.waitForFxEvents();
        assertThat(shell.onScreen()).isEqualTo("learn");
    }

    @Test
    void functionKeySixGoesThroughThePanes() {
        robot.push(KeyCode.F6);
        assertThat(stage.getScene().getFocusOwner()).isSameAs(catalog.right);
        robot.push(KeyCode.F6);
        assertThat(stage.getScene().getFocusOwner()).isSameAs(catalog.search);
        robot.push(KeyCode.SHIFT, KeyCode.F6);
        assertThat(stage.getScene().getFocusOwner()).isSameAs(catalog.right);
    }

    @Test
    void plainKeysBelongToATextFieldWhileOneHasTheFocus() {
        robot.interact(catalog.search::requestFocus);
        robot.push(KeyCode.P);
        assertThat(catalog.events).doesNotContain("pressed P");
        robot.interact(catalog.right::requestFocus);
        robot.push(KeyCode.P);
        assertThat(catalog.events).contains("pressed P");
        robot.push(KeyCode.SLASH);
        assertThat(stage.getScene().getFocusOwner()).isSameAs(catalog.search);
    }

    @Test
    void thePaletteRunsWhatIsTyped() {
        robot.push(KeyCode.CONTROL, KeyCode.K);
        WaitForAsyncUtils.waitForFxEvents();
        robot.write("go to try");
        robot.push(KeyCode.ENTER);
        WaitForAsyncUtils.waitForFxEvents();
        assertThat(shell.onScreen()).isEqualTo("try");
    }

    @Test
    void lookAndBudgetAreRemembered() throws Exception {
        robot.interact(() -> {
            model.lookProperty().set(ShellViewModel.Look.DARK);
            model.budgetBytesProperty().set(8L << 30);
        });
        WaitForAsyncUtils.waitFor(5, TimeUnit.SECONDS, () -> "dark".equals(workbench.settings.get("look")) && "8589934592".equals(workbench.settings.get("budget")));
        assertThat(model.themeProperty().get()).isEqualTo(Theme.DARK);
        robot.interact(() -> {
            final ShellViewModel again = new ShellViewModel(workbench.workbench());
            assertThat(again.themeProperty().get()).isEqualTo(Theme.DARK);
            assertThat(again.budgetBytesProperty().get()).isEqualTo(8L << 30);
            again.close();
        });
    }

    @Test
    void theFrameIsDrawnInBothThemes() throws Exception {
        WaitForAsyncUtils.waitFor(5, TimeUnit.SECONDS, () -> model.machineProperty().get() != null);
        for (final Theme theme : Theme.values()) {
            robot.interact(() -> {
                model.lookProperty().set(ShellViewModel.Look.valueOf(theme.name()));
                shell.learn("lora");
            });
            WaitForAsyncUtils.waitForFxEvents();
            final WritableImage image = WaitForAsyncUtils.asyncFx(() -> stage.getScene().snapshot(null)).get();
            NodeImage.write(image, Path.of("target", "screens", "shell-learn-" + theme.name().toLowerCase(Locale.ROOT) + ".png"));
            assertThat(image.getWidth()).isEqualTo(1440);
        }
    }

    @Test
    void theChartWithTheFocusIsShownAsATable() {
        robot.interact(catalog.chart::requestFocus);
        robot.push(KeyCode.CONTROL, KeyCode.SHIFT, KeyCode.T);
        WaitForAsyncUtils.waitForFxEvents();
        final FigureTable table = robot.lookup(".figure-table").query();
        assertThat(table.getColumns()).extracting(TableColumn::getText).containsExactly("curve", "x", "y");
        assertThat(table.getItems()).hasSize(3);
    }

    /** A view of two panes: a search field at the left, a button at the right. */
    private static final class TwoPanes implements View {
        final List<String> events = new ArrayList<>();
        final TextField search = new TextField();
        final Button right = new Button("Right");
        final LineChart chart = new LineChart().show(List.of(LineChart.Line.run("A", 0, Points.of(3, i -> i, i -> i))));
        private final String id;
        private final String title;
        private final HBox root;

        TwoPanes(String id, String title) {
            this.id = id;
            this.title = title;
            search.getStyleClass().add("search");
            final VBox left = new VBox(search);
            left.getStyleClass().add("pane");
            final VBox other = new VBox(right, chart);
            other.getStyleClass().add("pane");
            root = new HBox(left, other);
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String title() {
            return title;
        }

        @Override
        public Node root() {
            return root;
        }

        @Override
        public Node focusTarget() {
            return search;
        }

        @Override
        public ObservableValue<String> state() {
            return new SimpleStringProperty("MiniLM · SST-2");
        }

        @Override
        public void shown() {
            events.add("shown");
        }

        @Override
        public void hidden() {
            events.add("hidden");
        }

        @Override
        public List<Command> commands() {
            return List.of(Command.of("Press P", "P", () -> events.add("pressed P")));
        }
    }
}
