package headroom.app.window;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The learn pages of {@code ui-resources}: those that {@code index.txt} lists, in its order, then every other page that is there, by title. A page is shown because its file is
 * there; a page's title is its first heading.
 */
final class LearnPages {
    private static final String FOLDER = "headroom/learn/";
    private static final String PAGE = ".md";
    private static final String METHODS = "Methods";

    private LearnPages() {}

    /** @param group the heading of the list it stands under */
    record Page(String id, String group, String title, String markdown) {}

    /** Lines of {@code index.txt} are {@code # group} and page ids. */
    static List<Page> all() {
        final String index = Resources.text("/" + FOLDER + "index.txt").orElseThrow(() -> new IllegalStateException(FOLDER + "index.txt is missing from the class path."));
        final List<Page> pages = new ArrayList<>();
        final Set<String> listed = new LinkedHashSet<>();
        String group = "";
        for (final String line : index.lines().map(String::strip).filter(text -> !text.isEmpty()).toList()) {
            if (line.startsWith("#")) {
                group = line.substring(1).strip();
            } else {
                listed.add(line);
                pages.add(page(line, group));
            }
        }
        found().stream().filter(id -> !listed.contains(id)).map(id -> page(id, METHODS)).sorted(Comparator.comparing(Page::title, String.CASE_INSENSITIVE_ORDER)).forEach(pages::add);
        return pages;
    }

    private static Page page(String id, String group) {
        final String markdown = Resources.text("/" + FOLDER + id + PAGE).orElseThrow(() -> new IllegalStateException("The learn page " + FOLDER + id + PAGE + " is listed and missing."));
        final String title = markdown.lines().filter(line -> line.startsWith("# ")).findFirst().map(line -> line.substring(2).strip()).orElse(id);
        return new Page(id, group, title, markdown);
    }

    /** Ids of all pages on the class path, in folders and in archives. */
    private static Set<String> found() {
        final Set<String> ids = new TreeSet<>();
        try {
            for (final URL place : Collections.list(LearnPages.class.getClassLoader().getResources(FOLDER))) {
                ids.addAll(place.openConnection() instanceof JarURLConnection jar ? inArchive(jar) : inFolder(place.toURI()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the learn pages cannot be listed", e);
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException("the learn pages cannot be listed", e);
        }
        return ids;
    }

    private static List<String> inArchive(JarURLConnection connection) throws IOException {
        // a cached archive would be closed under whoever reads it next
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            return jar.stream().map(entry -> entry.getName()).filter(name -> name.startsWith(FOLDER) && name.endsWith(PAGE)).map(name -> id(name.substring(FOLDER.length()))).toList();
        }
    }

    private static List<String> inFolder(URI place) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(place))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(PAGE)).map(LearnPages::id).toList();
        }
    }

    private static String id(String file) {
        return file.substring(0, file.length() - PAGE.length());
    }
}
