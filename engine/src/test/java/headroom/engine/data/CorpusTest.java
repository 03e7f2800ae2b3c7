package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    private final CorpusGenerator generator = new CorpusGenerator();

    @Test
    void theSameSeedGivesTheSameBytesAndAnotherSeedAnotherText(@TempDir Path folder) throws Exception {
        generator.write(folder.resolve("a"), 1, 100_000);
        new CorpusGenerator().write(folder.resolve("b"), 1, 100_000);
        generator.write(folder.resolve("c"), 2, 100_000);
        assertThat(folder.resolve("a")).hasSameBinaryContentAs(folder.resolve("b"));
        assertThat(Files.size(folder.resolve("a"))).isBetween(100_000L, 105_000L);
        Set<String> first = Set.copyOf(Arrays.asList(Files.readString(folder.resolve("a")).split("\n\n")));
        Set<String> other = Set.copyOf(Arrays.asList(Files.readString(folder.resolve("c")).split("\n\n")));
        assertThat(other.stream().filter(first::contains).count()).isLessThan(other.size() / 4);
    }

    @Test
    void theBytesOfASeedAreTheOnesOfEveryMachine() throws Exception {
        String text = LongStream.range(0, 200).mapToObj(i -> generator.document(1, i)).collect(Collectors.joining("\n\n"));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(digest)).as("a change of the grammar changes the corpus: pre-train again and note the new digest").isEqualTo(DIGEST);
    }

    private static final String DIGEST = "0550a130d1153fbd0bf4c460b2e087db6f6be776a6456586fa24cb55da7ac2f7";

    @Test
    void everyDocumentIsPlainTextInWholeSentences() {
        for (long i = 0; i < 4000; i++) {
            String document = generator.document(3, i);
            assertThat(document).doesNotContain("[", "]", "{", "}", "|", "#", ";;", "  ", "\n\n", " .", " ,", "..");
            assertThat(document).matches("(?s)[\\p{Lu}\"\\p{N}].*[.?!\"\\p{L}]");
            assertThat(document).doesNotContainPattern("\\b[Aa] [aeio]").doesNotContainPattern("[a-z]\\. [a-z]");
        }
    }

    @Test
    void everySumIsRight() {
        Pattern sum = Pattern.compile("(\\d+) ([-+*]) (\\d+) = (\\d+)");
        int seen = 0;
        for (long i = 0; i < 3000; i++) {
            Matcher found = sum.matcher(generator.document(4, i));
            while (found.find()) {
                int a = Integer.parseInt(found.group(1));
                int b = Integer.parseInt(found.group(3));
                boolean chain = found.start() > 2 && generator.document(4, i).charAt(found.start() - 2) == '+';
                if (!chain) {
                    assertThat(Integer.parseInt(found.group(4))).as(found.group()).isEqualTo(switch (found.group(2)) {
                        case "+" -> a + b;
                        case "-" -> a - b;
                        default -> a * b;
                    });
                    seen++;
                }
            }
        }
        assertThat(seen).isGreaterThan(200);
    }

    @Test
    void pronounsFollowThePersonAndTwoPersonsDiffer() {
        Grammar grammar = Grammar.of("""
                = p name he
                Anna | she
                Ben | he
                = t
                [p#1] met [p#2]. [p#1.He] greeted [p#2.him] with [p#1.his] hat, a [o]. [n#1:3-9] - [n#2<n#1] = [=n#1-n#2].
                = o
                old hat
                useful hat
                """);
        Set<String> all = LongStream.range(0, 400).mapToObj(i -> grammar.write("t", i).replaceAll("\\. \\d.*", "")).collect(Collectors.toSet());
        assertThat(all).containsExactlyInAnyOrder("Anna met Ben. She greeted him with her hat, an old hat", "Anna met Ben. She greeted him with her hat, a useful hat",
                "Ben met Anna. He greeted her with his hat, an old hat", "Ben met Anna. He greeted her with his hat, a useful hat");
        assertThat(Grammar.spell(0)).isEqualTo("zero");
        assertThat(Grammar.spell(342)).isEqualTo("three hundred and forty-two");
    }

    @Test
    void aLearnedTokenizerSpellsEveryTextAndItsOwnCorpusShortly(@TempDir Path folder) throws IOException {
        String corpus = LongStream.range(0, 1500).mapToObj(i -> generator.document(1, i)).collect(Collectors.joining("\n\n"));
        Path file = folder.resolve("tokenizer.json");
        assertThat(new BpeTrainer().add(corpus).write(file, 1200)).isEqualTo(1200);
        Path again = folder.resolve("again.json");
        new BpeTrainer().add(corpus).write(again, 1200);
        assertThat(file).hasSameBinaryContentAs(again);
        try (Tokenizer tokenizer = HuggingFaceTokenizers.open(file)) {
            assertThat(tokenizer.vocabSize()).isEqualTo(1200);
            assertThat(tokenizer.pad()).hasValue(0);
            assertThat(tokenizer.bos()).hasValue(1);
            assertThat(tokenizer.eos()).hasValue(2);
            for (String text : new String[] {corpus.substring(0, 5000), "Gr\u00fc\u00dfe, \u4f60\u597d \uD83D\uDE00!\n\n  two  spaces\tand tab ", " leading", "12345 + 6 = 12351", "it's they'll 'd", "", " , x .", "a\r\nb\u0000\u00ad"}) {
                assertThat(tokenizer.decode(tokenizer.encodePlain(text))).isEqualTo(text);
            }
            assertThat(tokenizer.encode("Once").ids()[0]).isEqualTo(1);
            assertThat(tokenizer.encodePlain("2026")).hasSize(4);
            assertThat(tokenizer.encodePlain(corpus).length).isLessThan(corpus.length() * 10 / 28);
            String word = tokenizer.token(tokenizer.encodePlain(" Question: Which")[0]);
            assertThat(word).startsWith("\u0120");
        }
    }
}
