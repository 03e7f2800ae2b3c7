package headroom.tests.window;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.DatasetReport.BadRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javafx.scene.control.TableView;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import org.junit.jupiter.api.Test;

/** A file with rows that cannot be used is shown before anything is trained on it. */
class BadCsvTest extends WindowJourney {

    @Test
    void everyBadRowIsNamedAndTheGoodOnesAreTaken() throws Exception {
        catalogReady();
        paste(csv());
        until("the bad rows", () -> shown("#bad-rows"));
        final TableView<BadRow> table = robot.lookup("#bad-rows").query();
        assertThat(table.getItems()).extracting(BadRow::row).containsExactly(42L, 43L);
        assertThat(table.getItems()).allSatisfy(bad -> {
            assertThat(bad.file().getFileName()).hasToString("tickets.csv");
            assertThat(bad.field()).isNotBlank();
            assertThat(bad.reason()).isNotBlank();
            assertThat(bad.fix()).isNotBlank();
        });
        snapshot("import-light");
        press("#import-take");
        until("the dataset in the catalogue", () -> says("tickets") && shown("#datasets"));
        until("the bad rows in the list", () -> says("2 bad rows"));
        snapshot("catalog-imported-light");
        final List<DatasetEntry> datasets = stored(workbench -> workbench.catalog().datasets());
        assertThat(datasets)
                .anySatisfy(data -> {
                    assertThat(data.name()).contains("tickets");
                    assertThat(data.rows()).isEqualTo(40);
                    assertThat(data.labels()).containsExactlyInAnyOrder("bug", "wish");
                });
    }

    @Test
    void aFileWithoutAUsableRowIsRefusedInPlace() throws Exception {
        catalogReady();
        paste(Files.writeString(home.resolve("empty.csv"), "text,label\n"));
        until("the refusal", () -> shown(".error-card") || shown("#bad-rows") || says("CSV"));
        assertThat(able("#import-take")).isFalse();
        snapshot("import-refused-light");
        press("#import-leave");
        until("the catalogue again", () -> shown("#methods"));
    }

    private void paste(Path file) {
        robot.interact(() -> {
            final ClipboardContent content = new ClipboardContent();
            content.putFiles(List.of(file.toFile()));
            Clipboard.getSystemClipboard().setContent(content);
            robot.lookup("#methods").query().requestFocus();
        });
        robot.push(KeyCode.CONTROL, KeyCode.SHIFT, KeyCode.V);
    }

    private Path csv() throws Exception {
        final StringBuilder text = new StringBuilder("text,label\n");
        for (int i = 0; i < 40; i++) {
            text.append(i % 2 == 0 ? "the window closes when I press " + i + ",bug\n" : "please let me choose the colour of line " + i + ",wish\n");
        }
        text.append(",bug\n").append("one cell too many,wish,third,fourth\n");
        return Files.writeString(home.resolve("tickets.csv"), text);
    }
}
