package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    @ParameterizedTest
    @CsvSource({"70,10,100,FITS", "90,10,100,FITS", "91,10,100,TIGHT", "100,10,100,TIGHT", "101,10,100,OVER", "100,0,100,FITS"})
    void tightMeansLessHeadroomThanTheErrorBand(long peak, long band, long budget, Verdict verdict) {
        assertThat(Verdict.of(peak, band, budget)).isEqualTo(verdict);
    }
}
