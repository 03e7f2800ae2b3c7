package headroom.engine.recipe.adapter;

import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import java.util.Collection;
import java.util.List;

/** Which linear sites an adapter is for: by last name, or all. */
final class Targets {
    private Targets() {}

    static boolean match(Collection<String> targets, String path) {
        return targets.contains("all") || targets.contains(path.substring(path.lastIndexOf('.') + 1));
    }

    /** @throws IllegalArgumentException if no site matches; the message lists the sites */
    static List<LinearSite> of(Model model, String what, Collection<String> targets) {
        List<LinearSite> found = model.sites().stream().filter(s -> match(targets, s.path())).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(what + " targets " + targets + " match no linear site; sites end in "
                    + model.sites().stream().map(s -> s.path().substring(s.path().lastIndexOf('.') + 1)).distinct().toList() + ", or use all");
        }
        return found;
    }
}
