package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

    @Test
    void miniLmMarksBeginAndEndOfATextAndKnowsItsWords() {
        try (Tokenizer tokenizer = Bundle.miniLm()) {
            Encoding hello = tokenizer.encode("Hello, world!");
            assertThat(hello.ids()).containsExactly(101, 7592, 1010, 2088, 999, 102);
            assertThat(tokenizer.vocabSize()).isEqualTo(30522);
            assertThat(tokenizer.token(7592)).isEqualTo("hello");
            assertThat(tokenizer.decode(hello.ids())).isEqualTo("hello, world!");
            assertThat(tokenizer.cls()).hasValue(101);
            assertThat(tokenizer.sep()).hasValue(102);
            assertThat(tokenizer.pad()).hasValue(0);
            assertThat(tokenizer.unk()).hasValue(100);
            assertThat(tokenizer.bos()).isEmpty();
        }
    }

    @Test
    void aTextIsNeitherCutNorPaddedHoweverTheFileIsSet() {
        try (Tokenizer tokenizer = Bundle.miniLm()) {
            assertThat(tokenizer.encode("word ".repeat(700)).length()).isEqualTo(702);
            assertThat(tokenizer.encode("word").length()).isEqualTo(3);
        }
    }

    @Test
    void aPairHasTwoSegmentsAndOffsetsIntoItsOwnText() {
        try (Tokenizer tokenizer = Bundle.miniLm()) {
            Encoding pair = tokenizer.encodePair("a cat", "the dog");
            assertThat(pair.segments()).containsExactly(0, 0, 0, 0, 1, 1, 1);
            assertThat("the dog".substring(pair.starts()[5], pair.ends()[5])).isEqualTo("dog");
            assertThat(pair.special()).containsExactly(true, false, false, true, false, false, true);
        }
    }

    @Test
    void offsetsCountJavaCharactersBehindAnEmoji() {
        try (Tokenizer tokenizer = Bundle.miniLm()) {
            String text = "\uD83D\uDE00 fine";
            Encoding encoding = tokenizer.encode(text);
            int last = encoding.length() - 2;
            assertThat(text.substring(encoding.starts()[last], encoding.ends()[last])).isEqualTo("fine");
        }
    }

    @Test
    void cuttingKeepsTheEndMarkAndTakesFromTheLongerText() {
        try (Tokenizer tokenizer = Bundle.miniLm()) {
            Encoding one = tokenizer.encode("one two three four five").cut(4);
            assertThat(tokenizer.decode(one.ids())).isEqualTo("one two");
            assertThat(one.ids()[3]).isEqualTo(102);
            Encoding pair = tokenizer.encodePair("one two three four five", "six").cut(7);
            assertThat(pair.segments()).containsExactly(0, 0, 0, 0, 0, 1, 1);
            assertThatThrownBy(() -> one.cut(1)).hasMessageContaining("no room");
        }
    }

    @Test
    void aFileThatIsNoTokenizerIsNamedWithTheWayOut(@TempDir Path folder) throws IOException {
        Path config = Files.writeString(folder.resolve("tokenizer.json"), "{\"do_lower_case\": true}");
        assertThatThrownBy(() -> HuggingFaceTokenizers.open(config)).isInstanceOf(TokenizerException.class)
                .hasMessageContaining(config.toString()).hasMessageContaining("called tokenizer.json");
        Files.writeString(config, "PK\u0003");
        assertThatThrownBy(() -> HuggingFaceTokenizers.open(config)).isInstanceOf(TokenizerException.class).hasMessageContaining("Fetch the file again");
        Path none = folder.resolve("empty");
        Files.createDirectory(none);
        assertThatThrownBy(() -> HuggingFaceTokenizers.open(none)).isInstanceOf(TokenizerException.class).hasMessageContaining("no such file");
    }
}
