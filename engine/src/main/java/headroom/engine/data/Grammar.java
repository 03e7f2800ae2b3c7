package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A grammar that writes text: rules with alternatives, and entities that keep their identity within one piece, so that names, pronouns and numbers agree.
 *
 * <pre>
 * = rule field field …     a rule; each line below is one alternative, its fields separated by " | "
 * [rule]                   a random alternative
 * [rule#1.field]           the alternative bound to rule#1 in this piece (drawn at its first mention, different from rule#2)
 * [rule#1.he .him .his .himself, capital first letter for a capital]   the pronoun that belongs to its field "he" (he, she or it)
 * [n#1:2-9] [n#2&lt;n#1]      a number from 2 to 9; one from 1 to n#1 - 1;  [n#1.word] spells it;  [=n#1+n#2] (also - and *) counts
 * {one|two|}               one of these
 * ;;                       a line break
 * </pre>
 */
final class Grammar {
    private static final String[] SMALL = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
        "sixteen", "seventeen", "eighteen", "nineteen"};
    private static final String[] TENS = {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
    private static final Map<String, String[]> PRONOUNS = Map.of("he", new String[] {"he", "him", "his", "himself"}, "she", new String[] {"she", "her", "her", "herself"},
            "it", new String[] {"it", "it", "its", "itself"});
    private static final List<String> FORMS = List.of("he", "him", "his", "himself");
    private static final Pattern ARTICLE = Pattern.compile("\\b([Aa]) (?=(?!one\\b|once\\b|us[eu]|uni|eu|ewe)[aeiou]|hour|honest|8)");
    private static final Pattern SENTENCE = Pattern.compile("(^|Answer: |\\n|[.!?] |\\.\" |[:,] \"|^\"|\\n\"|[.!?] \"|\" \")(\"?)(\\p{Ll})");

    private final Map<String, Rule> rules = new LinkedHashMap<>();

    private record Rule(List<String> fields, List<String[]> lines) {}

    /** @param resource text in the form above; lines that begin with {@code #} are remarks */
    static Grammar load(String resource) {
        Grammar grammar = new Grammar();
        try (InputStream in = Grammar.class.getResourceAsStream(resource)) {
            grammar.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return grammar;
    }

    static Grammar of(String text) {
        Grammar grammar = new Grammar();
        grammar.parse(text);
        return grammar;
    }

    private void parse(String text) {
        Rule rule = null;
        for (String line : text.split("\n")) {
            if (line.startsWith("= ")) {
                String[] words = line.substring(2).strip().split("\\s+");
                List<String> fields = List.of(words).subList(1, words.length);
                rule = rules.computeIfAbsent(words[0], name -> new Rule(fields, new ArrayList<>()));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                if (rule == null) {
                    throw new IllegalArgumentException("an alternative without a rule: " + line);
                }
                String[] parts = rule.fields.isEmpty() ? new String[] {line.strip()} : line.strip().split(" *\\| *");
                if (!rule.fields.isEmpty() && parts.length != rule.fields.size()) {
                    throw new IllegalArgumentException(parts.length + " fields, expected " + rule.fields.size() + ": " + line);
                }
                rule.lines.add(parts);
            }
        }
    }

    /** The alternatives of a rule. */
    int size(String rule) {
        return rules.get(rule).lines.size();
    }

    /** One piece of text, beginning with {@code rule}; the same key gives the same text. */
    String write(String rule, long key) {
        return polish(new Piece(key).expand("[" + rule + "]", 0));
    }

    /** Articles and capitals: what depends on the neighbours of a word. */
    static String polish(String text) {
        String articles = ARTICLE.matcher(text.replace(";;", "\n").replaceAll(" +", " ").replaceAll(" *\n *", "\n").replaceAll(" ([.,!?])", "$1").strip()).replaceAll("$1n ");
        return SENTENCE.matcher(articles).replaceAll(m -> java.util.regex.Matcher.quoteReplacement(m.group(1) + m.group(2) + m.group(3).toUpperCase(java.util.Locale.ROOT)));
    }

    static String spell(int n) {
        if (n < 0 || n >= 1000) {
            return Integer.toString(n);
        }
        if (n >= 100) {
            return SMALL[n / 100] + " hundred" + (n % 100 == 0 ? "" : " and " + spell(n % 100));
        }
        return n < 20 ? SMALL[n] : TENS[n / 10] + (n % 10 == 0 ? "" : "-" + SMALL[n % 10]);
    }

    /** One text in the making. */
    private final class Piece {
        private final long key;
        private final Map<String, String[]> bound = new HashMap<>();
        private final Map<String, Integer> numbers = new HashMap<>();
        private long draws;

        private Piece(long key) {
            this.key = key;
        }

        private int below(int bound) {
            return (int) Keys.below(key, draws++, bound);
        }

        private String expand(String text, int depth) {
            if (depth > 40) {
                throw new IllegalStateException("a rule contains itself without end: " + text);
            }
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '[' || c == '{') {
                    int end = closing(text, i);
                    String inside = text.substring(i + 1, end);
                    out.append(c == '[' ? reference(inside, depth) : expand(choice(inside), depth + 1));
                    i = end;
                } else {
                    out.append(c);
                }
            }
            return out.toString();
        }

        private String choice(String inside) {
            List<String> options = new ArrayList<>();
            int nested = 0;
            int from = 0;
            for (int i = 0; i < inside.length(); i++) {
                char c = inside.charAt(i);
                nested += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
                if (c == '|' && nested == 0) {
                    options.add(inside.substring(from, i));
                    from = i + 1;
                }
            }
            options.add(inside.substring(from));
            return options.get(below(options.size()));
        }

        private String reference(String inside, int depth) {
            if (inside.startsWith("=")) {
                return Integer.toString(count(inside.substring(1)));
            }
            if (inside.startsWith("n#")) {
                return number(inside);
            }
            int dot = inside.indexOf('.');
            String name = dot < 0 ? inside : inside.substring(0, dot);
            String field = dot < 0 ? null : inside.substring(dot + 1);
            int mark = name.indexOf('#');
            Rule rule = rules.get(mark < 0 ? name : name.substring(0, mark));
            if (rule == null) {
                throw new IllegalArgumentException("no rule for [" + inside + "]");
            }
            String[] line = mark < 0 ? rule.lines.get(below(rule.lines.size())) : bound.get(name);
            if (line == null) {
                line = fresh(name.substring(0, mark + 1), rule, depth);
                bound.put(name, line);
            }
            return value(rule, line, field, inside, depth);
        }

        /** Bound entities of one rule differ from each other; what they are made of is settled when they are drawn. */
        private String[] fresh(String prefix, Rule rule, int depth) {
            for (int attempt = 0; ; attempt++) {
                String[] line = rule.lines.get(below(rule.lines.size())).clone();
                for (int i = 0; i < line.length; i++) {
                    line[i] = expand(line[i], depth + 1);
                }
                boolean taken = bound.entrySet().stream().anyMatch(e -> e.getKey().startsWith(prefix) && e.getValue()[0].equals(line[0]));
                if (!taken || attempt > 50) {
                    return line;
                }
            }
        }

        private String value(Rule rule, String[] line, String field, String inside, int depth) {
            if (field == null) {
                return expand(line[0], depth + 1);
            }
            int at = rule.fields.indexOf(field);
            int form = FORMS.indexOf(field.toLowerCase(java.util.Locale.ROOT));
            int own = rule.fields.indexOf("he");
            if (form >= 0 && own >= 0) {
                String word = PRONOUNS.get(line[own])[form];
                return Character.isUpperCase(field.charAt(0)) ? Character.toUpperCase(word.charAt(0)) + word.substring(1) : word;
            }
            if (at < 0) {
                throw new IllegalArgumentException("no field for [" + inside + "]");
            }
            return expand(line[at], depth + 1);
        }

        private String number(String inside) {
            boolean word = inside.endsWith(".word");
            String text = word ? inside.substring(0, inside.length() - 5) : inside;
            int less = text.indexOf('<');
            int range = text.indexOf(':');
            String name = text.substring(0, less >= 0 ? less : range >= 0 ? range : text.length());
            int value = numbers.computeIfAbsent(name, n -> {
                if (less >= 0) {
                    return 1 + below(numbers.get(text.substring(less + 1)) - 1);
                }
                String[] ends = text.substring(range + 1).split("-");
                int from = Integer.parseInt(ends[0]);
                return from + below(Integer.parseInt(ends[1]) - from + 1);
            });
            return word ? spell(value) : Integer.toString(value);
        }

        private int count(String sum) {
            String[] parts = sum.split("(?<=[-+*])|(?=[-+*])");
            int value = numbers.get(parts[0]);
            for (int i = 1; i < parts.length; i += 2) {
                int other = parts[i + 1].startsWith("n#") ? numbers.get(parts[i + 1]) : Integer.parseInt(parts[i + 1]);
                value = switch (parts[i]) {
                    case "+" -> value + other;
                    case "-" -> value - other;
                    default -> value * other;
                };
            }
            return value;
        }

        private int closing(String text, int open) {
            char own = text.charAt(open);
            char close = own == '[' ? ']' : '}';
            int nested = 0;
            for (int i = open; i < text.length(); i++) {
                nested += text.charAt(i) == own ? 1 : text.charAt(i) == close ? -1 : 0;
                if (nested == 0) {
                    return i;
                }
            }
            throw new IllegalArgumentException("a bracket is not closed: " + text);
        }
    }
}
