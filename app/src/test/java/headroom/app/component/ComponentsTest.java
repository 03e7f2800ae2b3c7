package headroom.app.component;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.app.window.Theme;
import headroom.engine.memory.Category;
import headroom.engine.workbench.Verdict;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import javafx.scene.Scene;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxRobot;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

class ComponentsTest {
    private final FxRobot robot = new FxRobot();
    private Stage stage;

    @BeforeEach
    void open() throws Exception {
        FxToolkit.registerPrimaryStage();
        stage = FxToolkit.registerStage(Stage::new);
    }

    @AfterEach
    void close() throws Exception {
        FxToolkit.setupFixture(stage::hide);
    }

    @Test
    void aBarDrawsItsCategoriesInOrderAndRecoloursWithTheTheme() throws Exception {
        final MemoryBar bar = show(() -> new MemoryBar(24).show(Gallery.lora()).setBudget(Gallery.gib(8)).setAxis(Gallery.gib(10)));
        for (final Theme theme : Theme.values()) {
            robot.interact(() -> {
                theme.install();
                theme.dress(stage.getScene());
            });
            WaitForAsyncUtils.waitForFxEvents();
            final Palette palette = Palette.of(theme.name().toLowerCase(java.util.Locale.ROOT));
            final WritableImage image = snapshot(bar);
            assertThat(color(image, 0.41 + 1.0, bar)).isEqualTo(palette.memory(Category.WEIGHTS));
            assertThat(color(image, 0.41 + 2.46 + 3.0, bar)).isEqualTo(palette.memory(Category.ACTIVATIONS));
            assertThat(color(image, 9.0, bar)).as("headroom is the gap").isEqualTo(palette.role("bg-surface"));
        }
    }

    @Test
    void aBarSaysItsFigures() throws Exception {
        final MemoryBar bar = show(() -> new MemoryBar(12).show(Gallery.lora()).setBudget(Gallery.gib(8)));
        assertThat(bar.getAccessibleText()).contains("7.82", "of 8.00", "0.18", "free", "activations 3.96", "weights 2.30");
    }

    @Test
    void arrowsMoveTheCrosshairAndItSpeaks() throws Exception {
        final List<String> heard = new ArrayList<>();
        final MemoryTimeline chart = show(() -> new MemoryTimeline().showStep(GalleryCharts.step(1), 0).setBudget(Gallery.gib(8)));
        assertThat(chart.getAccessibleText()).contains("Peak", "of 8.00").contains("loss");
        robot.interact(() -> {
            chart.onInstant(instant -> heard.add(instant == null ? "none" : String.valueOf(instant.index())));
            chart.requestFocus();
        });
        robot.push(KeyCode.HOME);
        robot.push(KeyCode.RIGHT);
        robot.push(KeyCode.SHIFT, KeyCode.RIGHT);
        robot.push(KeyCode.END);
        assertThat(heard).containsExactly("0", "1", "11", "239");
        assertThat(chart.getAccessibleText()).startsWith("op 239").contains("weights");
    }

    @Test
    void theCrosshairOfCurvesReadsTheirValues() throws Exception {
        final LineChart chart = show(() -> new LineChart().setName("Loss", 72)
                .show(List.of(LineChart.Line.run("A 0.5", 0, Points.of(new double[] {1, 2, 3}, new double[] {1.5, 0.75, 0.5})))));
        robot.interact(chart::requestFocus);
        robot.push(KeyCode.HOME);
        robot.push(KeyCode.RIGHT);
        assertThat(chart.getAccessibleText()).isEqualTo("Loss, 2: A 0.750.");
    }

    @Test
    void exportedPicturesAreDrawnAtTwiceTheSize() throws Exception {
        final MemoryBar bar = show(() -> new MemoryBar(24).show(Gallery.lora()).setBudget(Gallery.gib(8)));
        final WritableImage once = WaitForAsyncUtils.asyncFx(() -> NodeImage.of(bar, 1)).get();
        final WritableImage twice = WaitForAsyncUtils.asyncFx(() -> NodeImage.of(bar, 2)).get();
        assertThat(twice.getWidth()).isEqualTo(once.getWidth() * 2);
        assertThat(twice.getHeight()).isEqualTo(once.getHeight() * 2);
        final int row = (int) twice.getHeight() / 2;
        final long edges = IntStream.range(1, (int) twice.getWidth()).filter(x -> twice.getPixelReader().getArgb(x, row) != twice.getPixelReader().getArgb(x - 1, row)).count();
        final long fine = IntStream.range(0, (int) twice.getWidth() / 2)
                .filter(x -> twice.getPixelReader().getArgb(2 * x, row) != twice.getPixelReader().getArgb(2 * x + 1, row)).count();
        assertThat(edges).isPositive();
        assertThat(fine).as("detail finer than a pixel of the screen").isPositive();
    }

    @Test
    void everyChartIsAlsoATable() throws Exception {
        final MemoryTimeline chart = show(() -> new MemoryTimeline().showStep(GalleryCharts.step(1), 7));
        final Tabular.Figures figures = chart.figures();
        assertThat(figures.rows()).hasSize(240).allSatisfy(row -> assertThat(row).hasSameSizeAs(figures.columns()));
        final List<String> first = List.of(figures.csv().split("\n")[1].split(","));
        final long parts = first.subList(6, 13).stream().mapToLong(Long::parseLong).sum();
        assertThat(Long.parseLong(first.get(5))).as("total is the categories and what lies outside").isEqualTo(parts + 7);
        assertThat(new Tabular.Figures("t", List.of("a", "b"), List.of(List.of("x,y", "say \"z\""))).csv()).isEqualTo("a,b\n\"x,y\",\"say \"\"z\"\"\"\n");
    }

    @Test
    void thousandsOfPointsInHundredsOfCurvesAreDrawnWithoutAStall() throws Exception {
        final List<LineChart.Line> lines = IntStream.range(0, 250).mapToObj(run -> LineChart.Line.run("", run, GalleryCharts.noisy(10_000, 0.5 + run * 0.001, run))).toList();
        final LineChart chart = show(LineChart::new);
        final double seconds = WaitForAsyncUtils.asyncFx(() -> {
            final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            final long before = threads.getCurrentThreadCpuTime();
            chart.show(lines);
            chart.layout();
            chart.getChildrenUnmodifiable().forEach(node -> ((Region) node).layout());
            return (threads.getCurrentThreadCpuTime() - before) / 1e9;
        }).get();
        assertThat(seconds).as("processor seconds on the window's thread for 2.5 million points").isLessThan(1);
        final WritableImage image = snapshot(chart);
        final long run = IntStream.range(0, 640).filter(x -> IntStream.range(12, 140).anyMatch(y -> image.getPixelReader().getColor(x, y).equals(Palette.of("light").run(2)))).count();
        assertThat(run).as("columns with a curve of the third colour").isGreaterThan(300);
    }

    @Test
    void aBudgetIsReadAsPeopleTypeIt() {
        assertThat(BudgetText.parse("8")).isEqualTo(OptionalLong.of(8L << 30));
        assertThat(BudgetText.parse(" 512 MiB ")).isEqualTo(OptionalLong.of(512L << 20));
        assertThat(BudgetText.parse("1,5g")).isEqualTo(OptionalLong.of(3L << 29));
        assertThat(BudgetText.parse(Units.gib(6L << 30))).isEqualTo(OptionalLong.of(6L << 30));
        assertThat(BudgetText.parse("0")).isEmpty();
        assertThat(BudgetText.parse("plenty")).isEmpty();
    }

    @Test
    void verdictsHaveTheirThreeWordsAndShapes() throws Exception {
        final VerdictLabel label = show(VerdictLabel::new);
        robot.interact(() -> label.show(Verdict.TIGHT, Gallery.gib(0.18)));
        assertThat(label.lookup(".verdict-glyph")).isNotNull();
        assertThat(((javafx.scene.control.Label) label.lookup(".label")).getText()).isEqualTo("0.18" + Units.THIN + "GiB free, tight");
        assertThat(VerdictGlyph.title(Verdict.OVER)).isEqualTo("Does not fit");
    }

    private <T extends Region> T show(java.util.function.Supplier<T> make) throws Exception {
        final List<T> made = new ArrayList<>();
        FxToolkit.setupFixture(() -> {
            Theme.LIGHT.install();
            final T part = make.get();
            made.add(part);
            final Scene scene = new Scene(new VBox(part), 640, 360);
            Theme.LIGHT.dress(scene);
            stage.setScene(scene);
            stage.show();
        });
        WaitForAsyncUtils.waitForFxEvents();
        return made.getFirst();
    }

    private static WritableImage snapshot(Region region) throws Exception {
        return WaitForAsyncUtils.asyncFx(() -> region.getScene().snapshot(null)).get();
    }

    private static Color color(WritableImage image, double gib, MemoryBar bar) {
        final double x = gib / 10 * (bar.getWidth() - 2);
        return image.getPixelReader().getColor((int) x, (int) bar.getHeight() / 2 + 8);
    }
}
