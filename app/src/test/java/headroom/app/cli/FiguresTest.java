package headroom.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({"8GiB,8589934592", "8GB,8000000000", "512MiB,536870912", "1.5GiB,1610612736", "8G,8589934592", "4096,4096",
        "'16 gib',17179869184", "1KB,1000"})
    void sizesAreReadInBinaryAndDecimalUnits(String text, long bytes) {
        assertThat(new ByteSize().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GiB", "8 apples", "-1GiB", "0", "1e9", "99999999999TiB"})
    void whatIsNoSizeIsRefusedWithAnExplanation(String text) {
        assertThatThrownBy(() -> new ByteSize().convert(text)).isInstanceOf(TypeConversionException.class).hasMessageContaining("size");
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "65536,64 KiB", "7340032,7.0 MiB", "94371840,90 MiB", "4617089843,4.30 GiB", "16857143000,15.7 GiB",
        "-3145728,-3.0 MiB"})
    void bytesAreWrittenInTheUnitThatReadsBest(long bytes, String text) {
        assertThat(Figures.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.363,363 ms", "1.9,1.90 s", "395,6:35", "3995,1:06:35", "NaN,-"})
    void timesAreWrittenAsPeopleSayThem(double seconds, String text) {
        assertThat(Figures.time(seconds)).isEqualTo(text);
    }

    @Test
    void aTableSetsFiguresRight() {
        final Table table = new Table("what", ">bytes");
        table.row("weights", "9 B");
        table.row("x", "100 MiB");
        final var out = new java.io.ByteArrayOutputStream();
        table.print(new java.io.PrintStream(out));
        assertThat(out.toString()).isEqualToNormalizingNewlines("what       bytes\nweights      9 B\nx        100 MiB\n");
    }
}
