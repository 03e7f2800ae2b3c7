package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            // first rows (/ = line break), name, header?
            "text,label/a fine day,pos/a bad day,neg/a fine night,pos/a bad night,neg|r.csv|true",
            "a fine day,pos/a bad day,neg/a fine night,pos/a bad night,neg|r.csv|false",
            "a stirring film,1/a dull film,0/quite good,1/quite dull,0|r.csv|false",
            "sentence,class/a stirring film,1/a dull film,0|r.csv|true",
            "Satz,Wertung/ein guter Film im Kino,1/ein schlechter Film im Kino,0/ein mittlerer Film am Abend,1|r.csv|true",
            "0,the first text/1,the second text/0,the third text|r.csv|false",
            "id;review;stars/1;good shoes for the money;5/2;bad shoes;1|r.csv|true",
            "good/bad/good/bad|r.csv|false",
            "text/one line of words here/another line of words|r.csv|true",
            "question,7/answer,8/question,9|r.csv|false"})
    void headerRowsAreToldFromRows(String rows, String name, boolean header) throws IOException {
        assertThat(TableFile.open(Files.writeString(folder.resolve(name), rows.replace('/', '\n'))).header()).isEqualTo(header);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "r.csv|a;b/c;d|CSV|2", "r.tsv|a\\tb/c, d\\te|TSV|2", "r.dat|{\"a\": 1}/{\"a\": 2}|JSON_LINES|1", "r.dat|one, two/three, four|CSV|2", "r.txt|one, two/three, four|TEXT|1",
            "r.txt|words here\\t1/more words\\t0|TSV|2", "r.csv|~1,5~;x/~2,5~;y|CSV|2"})
    void formatsAreToldApart(String name, String rows, TableFormat format, int columns) throws IOException {
        TableFile table = TableFile.open(Files.writeString(folder.resolve(name), rows.replace('/', '\n').replace("\\t", "\t").replace('~', '"')));
        assertThat(table.format()).isEqualTo(format);
        assertThat(table.columns()).hasSize(columns);
    }

    @Test
    void sst2IsReadAsItIs() {
        Path train = Shared.folder().resolve("sst2/train.tsv");
        assumeTrue(Files.exists(train), "the folder with published datasets is not beside the repository");
        CheckedDataset checked = DatasetReader.read(DatasetSource.of(train));
        assertThat(checked.table().header()).isFalse();
        assertThat(checked.columns()).extracting(ChosenColumns::text, ChosenColumns::label).containsExactly(java.util.List.of(0), 1);
        assertThat(checked.bad().count()).isZero();
        assertThat(checked.dataset().labels()).containsExactly("0", "1");
        assertThat(checked.dataset().train()).hasSize(Math.toIntExact(lines(train)));
        assertThat(checked.dataset().heldOut()).hasSize(Math.toIntExact(lines(train.resolveSibling("dev.tsv"))));
    }

    @Test
    void gsm8kIsReadAsLanguageModelling() {
        Path file = Shared.folder().resolve("gsm8k/test.jsonl");
        assumeTrue(Files.exists(file), "the folder with published datasets is not beside the repository");
        CheckedDataset checked = DatasetReader.read(DatasetSource.of(file));
        assertThat(checked.kind()).isEqualTo(DatasetKind.LANGUAGE_MODELLING);
        assertThat(checked.columns().text()).containsExactly(0, 1);
        assertThat(checked.dataset().rows()).isEqualTo(1319);
        assertThat(checked.dataset().train().getFirst().text()).startsWith("Janet").contains("#### 18");
    }

    @Test
    void shakespeareIsReadAsSpeeches() {
        Path file = Shared.folder().resolve("tinyshakespeare/input.txt");
        assumeTrue(Files.exists(file), "the folder with published datasets is not beside the repository");
        CheckedDataset checked = DatasetReader.read(DatasetSource.of(file));
        assertThat(checked.table().format()).isEqualTo(TableFormat.TEXT);
        assertThat(checked.dataset().rows()).isGreaterThan(7000);
    }

    private static long lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> !line.isBlank()).count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
