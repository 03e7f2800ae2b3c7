package headroom.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The palette stays readable and tellable apart, for every kind of sight, in both themes. */
class ColourTest {
    private static final double APART = 14.0;
    private static final double SEEN = 3.0;
    private static final double READ = 4.5;

    static Stream<Arguments> themesAndSights() {
        return Stream.of("light", "dark").flatMap(theme -> Stream.of(Colour.Sight.values()).map(sight -> Arguments.of(theme, sight)));
    }

    @ParameterizedTest
    @MethodSource("themesAndSights")
    void anyTwoMemoryColoursAreTellableApart(String name, Colour.Sight sight) {
        final Theme theme = Theme.read(name);
        for (final String one : Theme.MEMORY) {
            for (final String two : Theme.MEMORY) {
                if (one.compareTo(two) < 0) {
                    final double distance = theme.colour("memory-" + one).seenWith(sight).distance(theme.colour("memory-" + two).seenWith(sight));
                    assertThat(distance).as("%s and %s, %s, %s", one, two, name, sight).isGreaterThanOrEqualTo(APART - 0.05);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyMemoryColourStandsOutFromTheSurfaceAndCarriesItsLabel(String name) {
        final Theme theme = Theme.read(name);
        for (final String category : Theme.MEMORY) {
            final Colour colour = theme.colour("memory-" + category);
            assertThat(colour.contrast(theme.colour("bg-surface"))).as(category).isGreaterThanOrEqualTo(SEEN - 0.05);
            assertThat(colour.contrast(theme.colour("on-memory-" + category))).as("label on " + category).isGreaterThanOrEqualTo(READ);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void wordsAreReadableOnEveryGroundTheyStandOn(String name) {
        final Theme theme = Theme.read(name);
        for (final String text : List.of("text", "text-muted", "text-faint", "accent", "ok", "warn", "bad", "run-a", "run-b", "run-c", "run-d")) {
            for (final String ground : List.of("bg-surface", "bg-window", "bg-sunken", "bg-selected")) {
                assertThat(theme.colour(text).contrast(theme.colour(ground))).as("%s on %s, %s", text, ground, name).isGreaterThanOrEqualTo(READ);
            }
        }
        for (final String verdict : List.of("ok", "warn", "bad")) {
            assertThat(theme.colour(verdict).contrast(theme.colour(verdict + "-bg"))).as(verdict).isGreaterThanOrEqualTo(5.4);
        }
        assertThat(theme.colour("on-accent").contrast(theme.colour("accent"))).isGreaterThanOrEqualTo(READ);
        assertThat(theme.colour("line-control").contrast(theme.colour("bg-surface"))).isGreaterThanOrEqualTo(SEEN);
    }

    @Test
    void bothThemesStateTheSameRoles() {
        assertThat(Theme.read("dark").roles().keySet()).isEqualTo(Theme.read("light").roles().keySet()).hasSize(47);
    }

    @Test
    void noColourIsWrittenOutsideTheTwoThemes() {
        assertThat(Theme.text("theme/headroom.css")).doesNotContainPattern("#[0-9A-Fa-f]{3,6}\\b").doesNotContainPattern("rgba?\\(");
    }

    @Test
    void theDistanceAgreesWithAnIndependentProgram() {
        // values of a second implementation of the same formula, in another language
        assertThat(Colour.of("#FF0000").distance(Colour.of("#00FF00"))).isCloseTo(86.61, within(0.05));
        assertThat(Colour.of("#000000").distance(Colour.of("#FFFFFF"))).isCloseTo(100, within(0.05));
        assertThat(Colour.of("#0A5BD0").distance(Colour.of("#0A5BD0"))).isZero();
        assertThat(Colour.of("#FFFFFF").contrast(Colour.of("#000000"))).isCloseTo(21, within(1e-9));
    }
}
