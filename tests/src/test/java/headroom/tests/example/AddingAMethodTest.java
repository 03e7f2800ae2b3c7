package headroom.tests.example;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.method.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The worked example of the documentation is compiled here, found by the catalogue and tried by the conformance suite; the page shows these very files. */
class AddingAMethodTest {
    private static final Path PAGE = Path.of("..", "docs", "adding-a-method.md");
    private static final Path ENTRY = Path.of("src/test/java/headroom/engine/method/ValuePairs.java");
    private static final Path LEARN = Path.of("src/test/resources/headroom/learn/value-pairs.md");

    @Test
    void thePageShowsTheFilesAsTheyAre() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(page).contains("```java\n" + Files.readString(ENTRY) + "```").contains("```markdown\n" + Files.readString(LEARN) + "```");
    }

    @Test
    void theCatalogueFindsTheEntryByItself() {
        assertThat(Methods.named("value-pairs").name()).isEqualTo("Value pairs");
    }
}
