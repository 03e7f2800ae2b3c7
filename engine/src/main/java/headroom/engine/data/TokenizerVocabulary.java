package headroom.engine.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The words of a {@code tokenizer.json} and their numbers: the native library does not tell them. */
final class TokenizerVocabulary {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Integer> numbers;
    private final String[] words;

    private TokenizerVocabulary(Map<String, Integer> numbers) {
        this.numbers = numbers;
        this.words = new String[numbers.values().stream().mapToInt(i -> i).max().orElse(-1) + 1];
        numbers.forEach((word, number) -> words[number] = word);
    }

    static TokenizerVocabulary read(Path file) {
        JsonNode root;
        try {
            root = JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new TokenizerException(file + ": is not readable as JSON (" + e.getMessage() + "), expected a tokenizer.json. Fetch the file again.", e);
        }
        JsonNode vocabulary = root.path("model").path("vocab");
        if (!vocabulary.isObject() && !vocabulary.isArray() || vocabulary.isEmpty()) {
            throw new TokenizerException(file + ": found no \"model\": {\"vocab\": …}, expected a tokenizer.json. A vocab.json or tokenizer_config.json is another file: take the one "
                    + "called tokenizer.json.", null);
        }
        Map<String, Integer> numbers = new HashMap<>();
        if (vocabulary.isObject()) {
            vocabulary.properties().forEach(entry -> numbers.put(entry.getKey(), entry.getValue().asInt()));
        } else {
            // Unigram: a list of [word, score]
            for (int i = 0; i < vocabulary.size(); i++) {
                numbers.put(vocabulary.get(i).path(0).asText(), i);
            }
        }
        root.path("added_tokens").forEach(token -> numbers.put(token.path("content").asText(), token.path("id").asInt()));
        return new TokenizerVocabulary(numbers);
    }

    int size() {
        return words.length;
    }

    /** Numbers without a word exist where a vocabulary has gaps; they show as their number. */
    String token(int id) {
        return id >= 0 && id < words.length && words[id] != null ? words[id] : "#" + id;
    }

    OptionalInt first(String... names) {
        for (String name : names) {
            Integer number = numbers.get(name);
            if (number != null) {
                return OptionalInt.of(number);
            }
        }
        return OptionalInt.empty();
    }
}
