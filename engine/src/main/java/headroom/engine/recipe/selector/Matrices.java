package headroom.engine.recipe.selector;

import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.DenseWeight;
import java.util.ArrayList;
import java.util.List;

/** The matrices of a model that a list of targets means. */
final class Matrices {
    private Matrices() {}

    /**
     * @param targets last names of the sites, or {@code all} for every site of the blocks; {@code embeddings} and {@code head} for what stands outside them
     * @throws IllegalArgumentException if nothing matches, or a match is not stored as a plain tensor; the message lists the sites
     */
    static List<Parameter> of(Model model, List<String> targets) {
        List<Parameter> found = new ArrayList<>();
        for (LinearSite site : model.sites()) {
            if (targets.contains("all") || targets.contains(lastName(site))) {
                found.add(dense(site));
            }
        }
        if (targets.contains("embeddings")) {
            model.parameters().stream().filter(p -> p.role() == Parameter.Role.EMBEDDING).forEach(found::add);
        }
        if (targets.contains("head") && model.head() != null && !found.contains(dense(model.head()))) {
            found.add(dense(model.head()));
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("selector targets " + targets + " match no matrix; sites end in "
                    + model.sites().stream().map(Matrices::lastName).distinct().toList() + ", or use all");
        }
        return found;
    }

    private static String lastName(LinearSite site) {
        return site.path().substring(site.path().lastIndexOf('.') + 1);
    }

    private static Parameter dense(LinearSite site) {
        if (site.weight() instanceof DenseWeight d) {
            return d.parameter();
        }
        throw new IllegalArgumentException("the weight of " + site.path() + " is not stored as a plain tensor, so parts of it cannot train in place; use DenseWeights, or an adapter");
    }
}
