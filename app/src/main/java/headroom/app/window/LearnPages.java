package headroom.app.window;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The learn pages of {@code ui-resources}, in the order of their index. A page's title is its first heading. */
final class LearnPages {
    private LearnPages() {}

    /** @param group the heading of the list it stands under */
    record Page(String id, String group, String title, String markdown) {}

    /** {@code headroom/learn/index.txt}: lines of {@code # group} and of page ids. */
    static List<Page> all() {
        final String index = read("index.txt").orElseThrow(() -> new IllegalStateException("headroom/learn/index.txt is missing from the class path."));
        final String[] group = {""};
        return index.lines().map(String::strip).filter(line -> !line.isEmpty()).flatMap(line -> {
            if (line.startsWith("#")) {
                group[0] = line.substring(1).strip();
                return Stream.empty();
            }
            return Stream.of(page(line, group[0]));
        }).toList();
    }

    private static Page page(String id, String group) {
        final String markdown = read(id + ".md").orElseThrow(() -> new IllegalStateException("The learn page headroom/learn/" + id + ".md is listed and missing."));
        final String title = markdown.lines().filter(line -> line.startsWith("# ")).findFirst().map(line -> line.substring(2).strip()).orElse(id);
        return new Page(id, group, title, markdown);
    }

    private static Optional<String> read(String name) {
        return Resources.text("/headroom/learn/" + name);
    }
}
