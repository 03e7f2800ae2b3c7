package headroom.engine.recipe.selector;

import headroom.engine.model.Model;
import headroom.engine.model.Points;
import headroom.engine.recipe.SelectorChoice.NamedParameters;
import headroom.engine.tape.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which parameters names stand for. */
final class NamedSelection {
    private NamedSelection() {}

    /**
     * What adapter and task head add, and what the names pick of the rest.
     *
     * @throws IllegalArgumentException if a name picks nothing; the message says what there is
     */
    static List<Parameter> of(NamedParameters choice, Model model, Collection<Parameter> added) {
        Set<Parameter> all = new LinkedHashSet<>(model.parameters());
        all.addAll(added);
        Set<Parameter> picked = new LinkedHashSet<>(added);
        Set<String> normed = all.stream().filter(p -> p.role() == Parameter.Role.NORM).map(p -> owner(p.path())).collect(Collectors.toSet());
        for (String name : choice.names()) {
            List<Parameter> found = all.stream().filter(p -> switch (name) {
                case NamedParameters.BIASES -> p.role() == Parameter.Role.BIAS;
                case NamedParameters.NORMS -> normed.contains(owner(p.path()));
                case NamedParameters.SCALES -> p.role() == Parameter.Role.SCALE;
                default -> Points.matches(name, p.path());
            }).toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("'" + name + "' names no parameter; use " + String.join(", ", NamedParameters.BIASES, NamedParameters.NORMS, NamedParameters.SCALES)
                        + ", or the end of a path: " + all.stream().map(p -> p.path().replaceAll("\\.\\d+\\.", ".*.")).distinct().collect(Collectors.joining(", ")));
            }
            picked.addAll(found);
        }
        return new ArrayList<>(picked);
    }

    /** Path of the module that a parameter belongs to. */
    private static String owner(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
    }
}
