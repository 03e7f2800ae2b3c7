package headroom.engine.model;

import java.util.Arrays;
import java.util.List;

/**
 * Finds points by pattern. A pattern is the end of a path, e.g. {@code k}, {@code mlp.inner} or {@code 3.attention.kv}, in which {@code *} stands for any one name.
 * A pattern that ends in {@code ?} may match nothing: for what some families have and others do not, e.g. {@code gate?}.
 */
public final class Points {
    private Points() {}

    /** True if the path ends as the pattern says. */
    public static boolean matches(String pattern, String path) {
        String[] wanted = bare(pattern).split("\\.");
        String[] names = path.split("\\.");
        if (wanted.length > names.length) {
            return false;
        }
        String[] end = Arrays.copyOfRange(names, names.length - wanted.length, names.length);
        for (int i = 0; i < wanted.length; i++) {
            if (!wanted[i].equals("*") && !wanted[i].equals(end[i])) {
                return false;
            }
        }
        return true;
    }

    private static String bare(String pattern) {
        return pattern.endsWith("?") ? pattern.substring(0, pattern.length() - 1) : pattern;
    }

    /**
     * The points of one kind that any of the patterns matches, in the order of the model.
     *
     * @throws IllegalArgumentException if a pattern that must match matches none; the message lists the points there are, those of one block standing for all
     */
    public static <P extends Point> List<P> matching(Model model, Class<P> kind, List<String> patterns) {
        List<P> candidates = model.points().stream().filter(kind::isInstance).map(kind::cast).toList();
        for (String pattern : patterns) {
            if (bare(pattern).equals(pattern) && candidates.stream().noneMatch(p -> matches(pattern, p.path()))) {
                throw new IllegalArgumentException("'" + pattern + "' matches no point of the model that takes it; there are "
                        + String.join(", ", candidates.stream().map(p -> p.path().replaceAll("\\.\\d+\\.", ".*.")).distinct().toList()));
            }
        }
        return candidates.stream().filter(p -> patterns.stream().anyMatch(pattern -> matches(pattern, p.path()))).toList();
    }
}
