package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetReaderTest {
    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    /** Ten good rows in two labels, so that what a test adds is the only thing wrong. */
    private static String good(String separator) {
        return IntStream.range(0, 10).mapToObj(i -> "a sentence that tells of thing number " + i + separator + (i % 2 == 0 ? "good" : "bad") + "\n").collect(Collectors.joining());
    }

    private CheckedDataset check(Path file) {
        return DatasetReader.read(DatasetSource.of(file));
    }

    @Test
    void everyBadRowIsNamedWithItsLineFieldAndFix() throws IOException {
        Path csv = file("rows.csv", "text,label\n" + good(",") + ",good\n" + "no label here,\n" + "only one field\n" + "one, two,good\n" + "\n" + "\"two\nlines\",odd\n" + "fine,good\n");
        CheckedDataset checked = check(csv);
        assertThat(checked.bad().first()).extracting(BadRow::row).containsExactly(12L, 13L, 14L, 15L, 17L);
        assertThat(checked.bad().first()).extracting(BadRow::field).containsExactly("text", "label", "row", "row", "label");
        assertThat(checked.bad().first().get(3).reason()).isEqualTo("3 fields, expected 2");
        assertThat(checked.bad().first().get(4).reason()).contains("\"odd\" occurs only once");
        assertThat(checked.bad().first()).allSatisfy(row -> assertThat(row.fix()).endsWith("."));
        assertThat(checked.bad().byProblem()).containsEntry("too many columns", 1L).hasSize(5);
        assertThat(checked.rows()).isEqualTo(16);
        assertThat(checked.dataset().rows()).isEqualTo(11);
        assertThat(checked.labelRows()).containsEntry("good", 6L).containsEntry("bad", 5L);
        assertThat(checked.dataset().labels()).containsExactly("bad", "good");
    }

    @Test
    void aFirstRowThatHoldsTheChosenNamesIsTheHeader() throws IOException {
        Path csv = file("rows.csv", "remark,verdict\nshort,good\nother,bad\nmore,good\n,bad\n");
        assertThat(TableFile.open(csv).header()).as("nothing but the choice tells").isFalse();
        CheckedDataset checked = DatasetReader.read(DatasetSource.of(csv).withColumns(List.of("remark"), Optional.of("Verdict")));
        assertThat(checked.table().header()).isTrue();
        assertThat(checked.rows()).isEqualTo(4);
        assertThat(DatasetReader.read(DatasetSource.of(csv).withColumns(List.of("1"), Optional.of("2"))).table().header()).as("numbers say nothing").isFalse();
    }

    @Test
    void manyBadRowsAreCountedAndTheFirstNamed() throws IOException {
        CheckedDataset checked = check(file("rows.csv", "text,label\n" + good(",") + ",good\n".repeat(900)));
        assertThat(checked.bad().count()).isEqualTo(900);
        assertThat(checked.bad().first()).hasSize(BadRows.NAMED).extracting(BadRow::row).startsWith(12L, 13L);
    }

    @Test
    void lineNumbersAreRightWithWindowsLineEndsAndAByteOrderMark() throws IOException {
        CheckedDataset checked = check(file("rows.csv", ("\uFEFFtext,label\n" + good(",") + "\"a\nb\",good\n,good\n").replace("\n", "\r\n")));
        assertThat(checked.table().columns()).containsExactly("text", "label");
        assertThat(checked.bad().first()).extracting(BadRow::row).containsExactly(14L);
    }

    @Test
    void aRowThatIsNotUtf8IsNamedAndTheOthersAreUsed() throws IOException {
        Path csv = folder.resolve("latin.csv");
        Files.write(csv, ("text,label\n" + good(",") + "caf\u00e9 au lait,good\n").getBytes(StandardCharsets.ISO_8859_1));
        CheckedDataset checked = check(csv);
        assertThat(checked.bad().first()).singleElement().satisfies(row -> {
            assertThat(row.row()).isEqualTo(12);
            assertThat(row.reason()).contains("byte").contains("not UTF-8");
        });
        assertThat(checked.dataset().rows()).isEqualTo(10);
        Files.write(csv, "text,label\na,b\n".getBytes(StandardCharsets.UTF_16));
        assertThatThrownBy(() -> check(csv)).isInstanceOf(DataException.class).hasMessageContaining("UTF-16");
        Files.write(csv, new byte[] {'P', 'K', 0, 3});
        assertThatThrownBy(() -> check(csv)).isInstanceOf(DataException.class).hasMessageContaining("binary");
    }

    @Test
    void truncatedAndOverlongUtf8IsSeen() throws IOException {
        for (byte[] end : List.of(new byte[] {(byte) 0xE2, (byte) 0x82}, new byte[] {(byte) 0xC0, (byte) 0x80}, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80})) {
            Path txt = folder.resolve("end.txt");
            Files.write(txt, "one\n\ntwo\n\n".getBytes(StandardCharsets.UTF_8));
            Files.write(txt, end, java.nio.file.StandardOpenOption.APPEND);
            assertThat(check(txt).bad().first()).extracting(BadRow::row).containsExactly(5L);
        }
    }

    @Test
    void anUnclosedQuotationMarkIsNamedWhereItOpens() throws IOException {
        CheckedDataset checked = check(file("rows.csv", "text,label\n" + good(",") + "\"never closed,good\n" + good(",")));
        assertThat(checked.bad().first()).singleElement().satisfies(row -> {
            assertThat(row.row()).isEqualTo(12);
            assertThat(row.reason()).contains("quotation mark");
        });
        assertThat(checked.dataset().rows()).isEqualTo(10);
    }

    @Test
    void quotationMarksAreOrdinaryInTabSeparatedFiles() throws IOException {
        CheckedDataset checked = check(file("rows.tsv", good("\t") + "\" the film ' is a \" mess\tbad\n"));
        assertThat(checked.table().header()).isFalse();
        assertThat(checked.bad().count()).isZero();
        Dataset data = checked.dataset();
        assertThat(java.util.stream.Stream.concat(data.train().stream(), data.heldOut().stream()).map(Example::text)).contains("\" the film ' is a \" mess");
        CheckedDataset quoted = check(file("excel.tsv", good("\t") + "\"a tab\t and \"\"marks\"\"\"\tbad\n"));
        // a tab inside quotation marks: no field of a plain tab file, so the marks are kept and the row is one field too long
        assertThat(quoted.bad().first()).extracting(BadRow::row).containsExactly(11L);
    }

    @Test
    void jsonErrorsNameLineAndPosition() throws IOException {
        String rows = IntStream.range(0, 8).mapToObj(i -> "{\"review\": \"quite a long text " + i + "\", \"stars\": " + (1 + i % 2) + "}\n").collect(Collectors.joining());
        CheckedDataset checked = check(file("rows.jsonl", rows + "{\"review\": \"broken\n[1]\n{\"stars\": 2}\n{\"review\": \"x\", \"stars\": null}\n{\"review\":\"a\",\"review\":\"b\",\"stars\":1}\n"));
        assertThat(checked.bad().first()).extracting(BadRow::row).containsExactly(9L, 10L, 11L, 12L, 13L);
        assertThat(checked.bad().first()).extracting(BadRow::field).containsExactly("row", "row", "review", "stars", "row");
        assertThat(checked.bad().first().getFirst().reason()).contains("position");
        assertThat(checked.dataset().labels()).containsExactly("1", "2");
        assertThatThrownBy(() -> check(file("rows.json", "[\n{\"a\": 1}\n]"))).isInstanceOf(DataException.class).hasMessageContaining("jq");
    }

    @Test
    void aDoubleColumnNameIsNamedAndBothStayReachable() throws IOException {
        CheckedDataset checked = check(file("rows.csv", "text,label,text\n" + IntStream.range(0, 8).mapToObj(i -> "a longer text here " + i + "," + i % 2 + ",b\n").collect(Collectors.joining())));
        assertThat(checked.table().columns()).containsExactly("text", "label", "text (2)");
        assertThat(checked.bad().first()).singleElement().satisfies(row -> assertThat(row.row()).isEqualTo(1));
        assertThat(checked.dataset().rows()).isEqualTo(8);
    }

    @Test
    void aLabelOfTheHeldOutFileThatIsNeverTrainedIsNamed() throws IOException {
        Path train = file("train.tsv", good("\t"));
        Path dev = file("dev.tsv", "a text to judge by\tgood\nanother text\tunheard\n");
        CheckedDataset checked = check(train);
        assertThat(checked.bad().first()).containsExactly(new BadRow(dev, 2, "column 2", "the label \"unheard\" does not occur (twice or more) in train.tsv",
                "Add rows with this label to the training file, or correct a misspelling."));
        assertThat(checked.dataset().heldOut()).containsExactly(new Example(1, List.of("a text to judge by"), 1));
        assertThat(checked.dataset().train()).hasSize(10);
    }

    @Test
    void theSplitIsStratifiedAndDependsOnItsSeedAlone() throws IOException {
        String rows = IntStream.range(0, 300).mapToObj(i -> "text number " + i + "," + (i % 3 == 0 ? "rare" : "usual") + "\n").collect(Collectors.joining());
        DatasetSource source = DatasetSource.of(file("rows.csv", "text,label\n" + rows));
        Dataset data = DatasetReader.read(source).dataset();
        assertThat(data.heldOut()).hasSize(30).filteredOn(example -> example.label() == 0).hasSize(10);
        assertThat(data.train()).hasSize(270).doesNotContainAnyElementsOf(data.heldOut());
        assertThat(DatasetReader.read(source).dataset()).isEqualTo(data);
        Dataset other = DatasetReader.read(new DatasetSource("a", "a", source.file(), Optional.empty(), List.of(), Optional.empty(), Optional.empty(), 0.1, 1, DatasetCard.NONE)).dataset();
        assertThat(other.heldOut()).isNotEqualTo(data.heldOut()).hasSize(30);
    }

    @Test
    void columnsAreTakenByNameOrNumberAndAWrongOneListsTheRightOnes() throws IOException {
        DatasetSource source = DatasetSource.of(file("rows.csv", "id,Title,Body,mood\n" + IntStream.range(0, 12)
                .mapToObj(i -> i + ",t " + i + ",a long body of words " + i + "," + (i % 2 == 0 ? "up" : "down") + "\n").collect(Collectors.joining())));
        assertThat(DatasetReader.read(source).columns()).extracting(ChosenColumns::text, ChosenColumns::label).containsExactly(List.of(2), 3);
        CheckedDataset chosen = DatasetReader.read(source.withColumns(List.of("title", "3"), Optional.of("4")));
        assertThat(chosen.dataset().train().getFirst().texts()).hasSize(2);
        assertThatThrownBy(() -> DatasetReader.read(source.withColumns(List.of("nothing"), Optional.empty()))).isInstanceOf(DataException.class)
                .hasMessageContaining("id, Title, Body, mood").hasMessageContaining("1 to 4");
        assertThatThrownBy(() -> DatasetReader.read(source.withColumns(List.of("Body"), Optional.of("3")))).hasMessageContaining("two different columns");
    }

    @Test
    void aColumnOfDifferentTextsIsNoLabel() throws IOException {
        Path csv = file("rows.csv", "question,answer\n" + IntStream.range(0, 40).mapToObj(i -> "what is " + i + "?,it is " + i + "\n").collect(Collectors.joining()));
        CheckedDataset checked = check(csv);
        assertThat(checked.kind()).isEqualTo(DatasetKind.LANGUAGE_MODELLING);
        assertThat(checked.columns().text()).containsExactly(0, 1);
        assertThat(DatasetReader.read(DatasetSource.of(csv).withColumns(List.of("question"), Optional.of("answer"))).problem()).hasMessageContaining("40 different values");
    }

    @Test
    void aTextFileIsReadAsDocumentsBetweenBlankLines() throws IOException {
        CheckedDataset checked = check(file("story.txt", "Once there was a fox.\nIt ran, far.\n\n\nThe end, he said.\n\nAnother, third one.\n"));
        assertThat(checked.kind()).isEqualTo(DatasetKind.LANGUAGE_MODELLING);
        Dataset data = checked.dataset();
        assertThat(data.rows()).isEqualTo(3);
        assertThat(java.util.stream.Stream.concat(data.train().stream(), data.heldOut().stream()).map(Example::row)).containsExactlyInAnyOrder(1L, 5L, 7L);
        assertThat(data.heldOut()).hasSize(1);
    }

    @Test
    void oneLabelOnlyIsAProblemThatIsExplained() throws IOException {
        CheckedDataset checked = check(file("rows.csv", "text,label\n" + good(",").replace("bad", "odd\ttab,good\nx")));
        assertThat(checked.bad().count()).isPositive();
        DatasetSource single = DatasetSource.of(file("one.csv", "text,label\n" + good(",").replace(",bad", ",good"))).withColumns(List.of(), Optional.of("label"));
        assertThat(DatasetReader.read(single).problem()).hasMessageContaining("one label only (good)");
    }
}
