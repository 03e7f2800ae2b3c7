package headroom.app.cli;

import headroom.engine.workbench.CorpusReport;
import headroom.engine.workbench.CorpusRequest;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.Workbench;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code headroom corpus}. */
@Command(name = "corpus", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Write the generated text that the small decoder sprout is pre-trained on, the same bytes for the same seed.",
        footer = {"", "DIR gets train.txt and valid.txt, with --tokenizer also tokenizer.json.", "", "Examples:", "  headroom corpus --out corpus",
            "  headroom corpus --out corpus --seed 5 --bytes 2MB", "  headroom corpus --out corpus --tokenizer --add reviews.csv@1000"})
final class CorpusCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder to write to; files of these names in it are replaced")
    private Path out;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "seed of train.txt; valid.txt has N + 2 (default: 1)")
    private long seed;

    @Option(names = "--bytes", paramLabel = "SIZE", defaultValue = "7MB", converter = ByteSize.class, description = "size of train.txt (default: 7MB)")
    private long bytes;

    @Option(names = "--tokenizer", description = "learn a byte-pair tokenizer from train.txt and what --add names")
    private boolean tokenizer;

    @Option(names = "--vocabulary", paramLabel = "N", defaultValue = "4096", description = "entries of the tokenizer (default: 4096)")
    private int vocabulary;

    @Option(names = "--add", paramLabel = "FILE[@N]", description = "the tokenizer learns from the texts of this data file too, of its first N rows; may be repeated")
    private List<String> added = List.of();

    @Mixin
    private HomeOption home;

    @Mixin
    private JsonOption json;

    private final Terminal terminal;

    CorpusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!added.isEmpty() && !tokenizer) {
            throw new ParameterException(spec.commandLine(), "--add says what the tokenizer learns from, and --tokenizer is missing");
        }
        final Optional<CorpusRequest.Vocabulary> wanted = tokenizer
                ? Optional.of(new CorpusRequest.Vocabulary(vocabulary, added.stream().map(this::rows).toList())) : Optional.empty();
        try (Workbench workbench = terminal.open().apply(home.folder())) {
            final CorpusReport report = workbench.corpus(new CorpusRequest(out, seed, bytes, wanted), Progress.SILENT);
            json.write(terminal, () -> JsonParts.object().put("folder", report.folder().toString()).put("documents", report.documents())
                    .put("bytes", report.bytes()).put("heldOutDocuments", report.heldOutDocuments()).put("heldOutBytes", report.heldOutBytes())
                    .put("vocabulary", report.vocabulary().isPresent() ? report.vocabulary().getAsInt() : null), to -> print(to, report));
        }
        return 0;
    }

    private CorpusRequest.Rows rows(String text) {
        final int at = text.lastIndexOf('@');
        if (at < 0 || !text.substring(at + 1).matches("[1-9]\\d{0,8}")) {
            return new CorpusRequest.Rows(Path.of(text), OptionalInt.empty());
        }
        return new CorpusRequest.Rows(Path.of(text.substring(0, at)), OptionalInt.of(Integer.parseInt(text.substring(at + 1))));
    }

    private static void print(PrintStream out, CorpusReport report) {
        out.println(Figures.text("Wrote %,d documents (%,d bytes) to %s and %,d (%,d bytes) to judge by.", report.documents(), report.bytes(),
                report.folder().resolve("train.txt"), report.heldOutDocuments(), report.heldOutBytes()));
        report.vocabulary().ifPresent(entries -> out.println(Figures.text("Wrote a tokenizer of %,d entries.", entries)));
    }
}
