package headroom.engine.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level byte-pair encoding from text and writes it as a Hugging Face {@code tokenizer.json}. Words are split as GPT-2 does, each digit stands alone so that sums can be
 * learned, and every text can be spelled: the 256 bytes are in the vocabulary. The result depends on the text alone.
 *
 * <p>Source: Sennrich et al. 2016 (pair merging), Radford et al. 2019 (bytes and the split into words).
 */
public final class BpeTrainer {
    /** In this order they are the first numbers. */
    public static final List<String> SPECIAL = List.of("<pad>", "<bos>", "<eos>");

    private static final Pattern WORD = Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern PIECE = Pattern.compile("\\p{N}|\\P{N}+");

    private final Map<String, Long> words = new TreeMap<>();

    /** A word as its tokens. */
    private static final class Word {
        private int[] tokens;
        private final long count;

        private Word(int[] tokens, long count) {
            this.tokens = tokens;
            this.count = count;
        }
    }

    private record Pair(int left, int right) {}

    private record Candidate(Pair pair, long count) {}

    /** Counts the words of a text; call it as often as there are texts. */
    public BpeTrainer add(String text) {
        Matcher pieces = PIECE.matcher(text);
        while (pieces.find()) {
            Matcher found = WORD.matcher(pieces.group());
            while (found.find()) {
                words.merge(found.group(), 1L, Long::sum);
            }
        }
        return this;
    }

    /**
     * Learns merges until the vocabulary has {@code vocabulary} entries, or no pair occurs twice, and writes the tokenizer.
     *
     * @return entries of the vocabulary
     */
    public int write(Path file, int vocabulary) throws IOException {
        List<String> names = new ArrayList<>(SPECIAL);
        String[] letters = byteLetters();
        List<String> sorted = new ArrayList<>(List.of(letters));
        sorted.sort(null);
        names.addAll(sorted);
        if (vocabulary < names.size()) {
            throw new IllegalArgumentException("a vocabulary of " + vocabulary + " cannot hold the " + names.size() + " special tokens and bytes");
        }
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            numbers.put(names.get(i), i);
        }
        List<Word> spelled = new ArrayList<>(words.size());
        words.forEach((word, count) -> {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                tokens[i] = numbers.get(letters[bytes[i] & 0xFF]);
            }
            spelled.add(new Word(tokens, count));
        });
        List<Pair> merges = merges(spelled, names, vocabulary);
        save(file, names, merges);
        return names.size();
    }

    private static List<Pair> merges(List<Word> spelled, List<String> names, int vocabulary) {
        Map<Pair, Long> counts = new HashMap<>();
        Map<Pair, Set<Word>> places = new HashMap<>();
        spelled.forEach(word -> count(word, 1, counts, places, null));
        // most frequent first; of equals the pair with the smaller numbers, so that the order is that of no hash table
        PriorityQueue<Candidate> best = new PriorityQueue<>((a, b) -> a.count != b.count ? Long.compare(b.count, a.count)
                : a.pair.left != b.pair.left ? Integer.compare(a.pair.left, b.pair.left) : Integer.compare(a.pair.right, b.pair.right));
        counts.forEach((pair, count) -> best.add(new Candidate(pair, count)));
        List<Pair> merges = new ArrayList<>();
        Set<String> known = new HashSet<>(names);
        while (names.size() < vocabulary && !best.isEmpty()) {
            Candidate top = best.poll();
            long now = counts.getOrDefault(top.pair, 0L);
            if (now != top.count) {
                // counted again since it was queued; its newer entry is in the queue
                continue;
            }
            if (now < 2) {
                break;
            }
            String joined = names.get(top.pair.left) + names.get(top.pair.right);
            if (!known.add(joined)) {
                counts.remove(top.pair);
                continue;
            }
            int number = names.size();
            names.add(joined);
            merges.add(top.pair);
            Set<Pair> changed = new HashSet<>();
            for (Word word : List.copyOf(places.get(top.pair))) {
                count(word, -1, counts, places, changed);
                word.tokens = merged(word.tokens, top.pair, number);
                count(word, 1, counts, places, changed);
            }
            for (Pair pair : changed) {
                long count = counts.getOrDefault(pair, 0L);
                if (count > 0) {
                    best.add(new Candidate(pair, count));
                }
            }
        }
        return merges;
    }

    private static void count(Word word, int sign, Map<Pair, Long> counts, Map<Pair, Set<Word>> places, Set<Pair> changed) {
        for (int i = 0; i + 1 < word.tokens.length; i++) {
            Pair pair = new Pair(word.tokens[i], word.tokens[i + 1]);
            counts.merge(pair, sign * word.count, Long::sum);
            Set<Word> at = places.computeIfAbsent(pair, p -> new HashSet<>());
            if (sign > 0) {
                at.add(word);
            } else {
                at.remove(word);
            }
            if (changed != null) {
                changed.add(pair);
            }
        }
    }

    private static int[] merged(int[] tokens, Pair pair, int number) {
        int[] out = new int[tokens.length];
        int n = 0;
        for (int i = 0; i < tokens.length; i++) {
            if (i + 1 < tokens.length && tokens[i] == pair.left && tokens[i + 1] == pair.right) {
                out[n++] = number;
                i++;
            } else {
                out[n++] = tokens[i];
            }
        }
        return java.util.Arrays.copyOf(out, n);
    }

    /** GPT-2's printable letter for each byte: the printable Latin-1 characters stand for themselves, the others for characters from U+0100 on. */
    static String[] byteLetters() {
        String[] letters = new String[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            letters[b] = Character.toString(printable ? b : next++);
        }
        return letters;
    }

    private static void save(Path file, List<String> names, List<Pair> merges) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int i = 0; i < SPECIAL.size(); i++) {
            added.addObject().put("id", i).put("content", SPECIAL.get(i)).put("single_word", false).put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", true);
        }
        root.putNull("normalizer");
        root.set("pre_tokenizer", json.readTree("""
                {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
                 {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]}"""));
        root.set("post_processor", json.readTree("""
                {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                 "pair": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                 "special_tokens": {"<bos>": {"id": "<bos>", "ids": [1], "tokens": ["<bos>"]}}}"""));
        root.set("decoder", json.readTree("{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": true}"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocab = model.putObject("vocab");
        for (int i = 0; i < names.size(); i++) {
            vocab.put(names.get(i), i);
        }
        ArrayNode list = model.putArray("merges");
        merges.forEach(pair -> list.add(names.get(pair.left) + " " + names.get(pair.right)));
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(draft, json.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
