package headroom.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.io.InputStream;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FontsTest {
    private static final FontRenderContext EXACT = new FontRenderContext(null, true, true);

    @ParameterizedTest
    @ValueSource(strings = {"HeadroomSans-Regular.ttf", "HeadroomSans-Medium.ttf", "HeadroomSans-SemiBold.ttf", "JetBrainsMono-Regular.ttf"})
    void allTenDigitsHaveOneWidthSoThatNumbersDoNotJitter(String file) throws Exception {
        final Font font = read(file);
        assertThat(IntStream.rangeClosed('0', '9').mapToDouble(digit -> advance(font, digit)).distinct().toArray()).hasSize(1);
        assertThat(advance(font, '1')).isGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource({"HeadroomSans-Regular.ttf,Headroom Sans", "HeadroomSans-Medium.ttf,Headroom Sans Medium", "HeadroomSans-SemiBold.ttf,Headroom Sans SemiBold",
            "JetBrainsMono-Regular.ttf,JetBrains Mono"})
    void everyWeightIsAFamilyOfItsOwn(String file, String family) throws Exception {
        assertThat(read(file).getFamily()).isEqualTo(family);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HeadroomSans-Regular.ttf", "HeadroomSans-Medium.ttf", "HeadroomSans-SemiBold.ttf"})
    void theSignsOfTheWindowAreThere(String file) throws Exception {
        final Font font = read(file);
        "\u2009\u2212±×·–…→←≈αβηε²₁éüßŁ".codePoints().forEach(sign ->
                assertThat(font.canDisplay(sign)).as(new String(Character.toChars(sign))).isTrue());
    }

    private static double advance(Font font, int character) {
        return font.deriveFont(1000f).createGlyphVector(EXACT, new String(Character.toChars(character))).getGlyphMetrics(0).getAdvance();
    }

    private static Font read(String file) throws Exception {
        try (InputStream in = FontsTest.class.getResourceAsStream("/headroom/fonts/" + file)) {
            return Font.createFont(Font.TRUETYPE_FONT, in);
        }
    }
}
