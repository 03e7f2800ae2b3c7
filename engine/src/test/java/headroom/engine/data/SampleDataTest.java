package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes with the program is as its cards say. */
class SampleDataTest {
    private final DatasetCatalog catalog = new DatasetCatalog(List.of(Bundle.folder().resolve("datasets")));

    @Test
    void theReviewsAreBalancedVariedAndWithoutABadRow() {
        CheckedDataset checked = DatasetReader.read(catalog.find("reviews").orElseThrow());
        assertThat(checked.bad().count()).isZero();
        assertThat(checked.rows()).isGreaterThanOrEqualTo(1200);
        assertThat(checked.labelRows().values()).allMatch(count -> count == checked.rows() / 2);
        Dataset data = checked.dataset();
        assertThat(data.labels()).containsExactly("negative", "positive");
        assertThat(data.heldOut()).hasSize(294);
        assertThat(data.card().licence()).isEqualTo("CC0-1.0");
        assertThat(data.card().text()).contains(String.format(Locale.ROOT, "%,d", checked.rows())).contains("Held out");
        List<Set<String>> words = Stream.concat(data.train().stream(), data.heldOut().stream())
                .map(row -> (Set<String>) new HashSet<>(Arrays.asList((row.label() + " " + row.text().toLowerCase(Locale.ROOT)).split("[^a-z0-9]+")))).toList();
        for (int i = 0; i < words.size(); i++) {
            for (int j = 0; j < i; j++) {
                Set<String> both = new HashSet<>(words.get(i));
                both.retainAll(words.get(j));
                int all = words.get(i).size() + words.get(j).size() - both.size();
                boolean sameLabel = both.contains("0") || both.contains("1");
                assertThat(sameLabel && both.size() >= 0.75 * all).as(words.get(i) + " is nearly " + words.get(j)).isFalse();
            }
        }
    }

    @Test
    void theProseIsWhatTheGeneratorWrites(@TempDir Path folder) throws IOException {
        DatasetSource source = catalog.find("prose").orElseThrow();
        new CorpusGenerator().write(folder.resolve("prose.txt"), 2, 250_000);
        assertThat(source.file()).hasSameBinaryContentAs(folder.resolve("prose.txt"));
        CheckedDataset checked = DatasetReader.read(source);
        assertThat(checked.kind()).isEqualTo(DatasetKind.LANGUAGE_MODELLING);
        assertThat(checked.bad().count()).isZero();
        assertThat(source.card().about()).contains(String.format(Locale.ROOT, "%,d", checked.rows()));
    }

    @Test
    void theTokenizerOfTheDecoderSpellsItsCorpus() throws IOException {
        try (Tokenizer tokenizer = HuggingFaceTokenizers.open(Bundle.folder().resolve("models/sprout/tokenizer.json"))) {
            String text = Files.readString(catalog.find("prose").orElseThrow().file());
            int[] ids = tokenizer.encodePlain(text);
            assertThat(tokenizer.vocabSize()).isEqualTo(4096);
            assertThat(tokenizer.decode(ids)).isEqualTo(text);
            assertThat(ids.length).isLessThan((int) (text.length() / 3.6));
            assertThat(tokenizer.encode("Once").ids()).startsWith(tokenizer.bos().orElseThrow());
        }
    }

    /** As {@code headroom corpus --tokenizer --add reviews.csv@976 --add held-out.csv@256}: see docs/sprout.md. */
    @Test
    void theTokenizerOfTheDecoderIsLearnedAgainByteForByte(@TempDir Path folder) throws IOException {
        new CorpusGenerator().write(folder.resolve("train.txt"), 1, 7_000_000);
        Dataset reviews = DatasetReader.read(catalog.find("reviews").orElseThrow()).dataset();
        BpeTrainer trainer = new BpeTrainer().add(Files.readString(folder.resolve("train.txt")));
        Stream.concat(reviews.train().stream().limit(976), reviews.heldOut().stream().limit(256)).forEach(row -> trainer.add(row.text() + "\n"));
        assertThat(trainer.write(folder.resolve("tokenizer.json"), 4096)).isEqualTo(4096);
        assertThat(folder.resolve("tokenizer.json")).hasSameBinaryContentAs(Bundle.folder().resolve("models/sprout/tokenizer.json"));
    }

    @Test
    void rowsBecomeBatchesWithTheTokenizerOfTheirModel() {
        try (Tokenizer tokenizer = Bundle.miniLm()) {
            BatchSource batches = DatasetReader.read(catalog.resolve("reviews")).dataset().batches(tokenizer, 32, 64, 1);
            Batch batch = batches.next();
            assertThat(batch.rows()).isEqualTo(32);
            assertThat(batch.length() % 8).isZero();
            for (int row = 0; row < 32; row++) {
                assertThat(batch.ids()[row * batch.length()]).isEqualTo(101);
                assertThat(batch.ids()[row * batch.length() + batch.lengths()[row] - 1]).isEqualTo(102);
            }
            assertThat(batches.worst().length()).isBetween(56, 64);
            assertThat(batches.lengths().median()).isBetween(10, 25);
        }
    }

    @Test
    void anUnknownDatasetListsTheKnownOnes(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> catalog.resolve("revews")).isInstanceOf(DataException.class).hasMessageContaining("prose, reviews");
        Files.writeString(folder.resolve("card.json"), "{\"name\": \"x\", \"kind\": \"poetry\", \"file\": \"card.json\", \"licence\": \"none\", \"about\": \"a\"}");
        assertThatThrownBy(() -> catalog.resolve(folder.toString())).hasMessageContaining("poetry").hasMessageContaining("classification");
    }
}
