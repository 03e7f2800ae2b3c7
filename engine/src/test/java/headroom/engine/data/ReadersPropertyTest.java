package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Whatever text a writer puts into a table comes back, at the line where it was put. */
class ReadersPropertyTest {

    @Provide
    Arbitrary<List<String>> texts() {
        Arbitrary<String> any = Arbitraries.strings().ofMaxLength(30).filter(s -> s.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c)));
        Arbitrary<String> nasty = Arbitraries.of("\"", ",", "a\nb", "a\r\nb", "\r", "\"\"", "'", "\t", " x ", "\uD83D\uDE00", "# no comment", "\\", "\uFEFFx", "");
        return Arbitraries.oneOf(any, nasty).list().ofMinSize(1).ofMaxSize(8);
    }

    @Property(tries = 300)
    void aCsvFileComesBack(@ForAll("texts") List<String> texts) throws IOException {
        StringWriter out = new StringWriter();
        List<Long> lines = new ArrayList<>();
        try (CSVPrinter printer = new CSVPrinter(out, CSVFormat.DEFAULT)) {
            printer.printRecord("text", "number");
            for (String text : texts) {
                lines.add(1 + lineBreaks(out.toString()));
                printer.printRecord(text, "n");
            }
        }
        List<TableRow> rows = read("r.csv", out.toString());
        assertThat(rows).extracting(row -> row.cells().getFirst()).containsExactlyElementsOf(texts);
        assertThat(rows).extracting(TableRow::line).containsExactlyElementsOf(lines);
    }

    @Property(tries = 200)
    void aJsonLinesFileComesBack(@ForAll("texts") List<String> texts) throws IOException {
        StringBuilder out = new StringBuilder();
        for (String text : texts) {
            out.append(new ObjectMapper().writeValueAsString(Map.of("text", text))).append('\n');
        }
        assertThat(read("r.jsonl", out.toString())).extracting(row -> row.cells().getFirst()).containsExactlyElementsOf(texts);
    }

    private static long lineBreaks(String text) {
        return text.replace("\r\n", "\n").chars().filter(c -> c == '\n' || c == '\r').count();
    }

    private static List<TableRow> read(String name, String content) throws IOException {
        Path folder = Files.createTempDirectory("rows");
        try {
            Path file = Files.writeString(folder.resolve(name), content);
            List<TableRow> rows = new ArrayList<>();
            TableFile.open(file).read(new RowReader.Receiver() {
                @Override
                public boolean row(TableRow row) {
                    return rows.add(row);
                }

                @Override
                public void bad(String problem, BadRow row) {
                    throw new AssertionError(row.toString());
                }
            });
            return rows;
        } finally {
            Files.deleteIfExists(folder.resolve(name));
            Files.delete(folder);
        }
    }
}
