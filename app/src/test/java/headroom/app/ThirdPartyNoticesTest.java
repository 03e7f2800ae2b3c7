package headroom.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the About view shows is made by the build from the libraries that are really there. */
class ThirdPartyNoticesTest {

    @Test
    void everyLibraryStandsWithItsLicence() throws IOException {
        final List<String> lines = notices().lines().toList();
        assertThat(lines).anyMatch(line -> line.matches("org\\.openjfx:javafx-controls \\S+ +GPL-2\\.0 with the Classpath Exception"))
                .anyMatch(line -> line.matches("com\\.h2database:h2 \\S+ +EPL-1\\.0 or MPL-2\\.0"))
                .anyMatch(line -> line.matches("ai\\.djl:api \\S+ +Apache-2\\.0"));
        assertThat(lines.stream().filter(line -> line.matches("[\\w.-]+:[\\w.-]+ \\d\\S*.*"))).hasSizeGreaterThan(30)
                .allMatch(line -> line.matches("\\S+ \\S+ +\\S.*"), "has a licence");
    }

    @Test
    void weightsFontsAndNativeLibrariesAreNamed() throws IOException {
        assertThat(notices()).contains("libtorch", "MiniLM", "Inter", "JetBrains Mono");
    }

    @Test
    void noLibraryOfTheTestsIsNamed() throws IOException {
        assertThat(notices()).doesNotContain("org.junit", "archunit", "testfx");
    }

    private static String notices() throws IOException {
        try (InputStream stream = ThirdPartyNoticesTest.class.getResourceAsStream("/headroom/third-party-notices.txt")) {
            assertThat(stream).as("class-path resource headroom/third-party-notices.txt").isNotNull();
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
