package headroom.engine.model;

import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Perturbation;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.ops.Packing;
import headroom.engine.tape.ops.Projections;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Linear sites of one block that read one value. Where their weights are plain tensors of the products' type and nothing is attached to them, their products are one
 * ({@link Projections}); else each site is for itself.
 */
final class SiteGroup {
    private final String path;
    private final List<LinearSite> sites;
    private final boolean fits;

    SiteGroup(String path, LinearSite... sites) {
        this.path = path;
        this.sites = List.of(sites);
        long biases = this.sites.stream().map(LinearSite::bias).filter(Objects::nonNull).count();
        this.fits = this.sites.stream().allMatch(s -> s.weight() instanceof DenseWeight) && (biases == 0 || biases == sites.length)
                && new Packing(this.sites.stream().mapToLong(LinearSite::out).toArray()).isPossible();
    }

    /** True if the sites can be one product in a pass: each weight is read as it is, whole, and its output goes on as it is. */
    boolean isPacked(Pass pass) {
        return fits && pass.perturbation() == Perturbation.NONE && sites.stream().allMatch(s -> s.branches().isEmpty() && ((DenseWeight) s.weight()).isPlain(pass.trainables()));
    }

    /** x [N, d] → the outputs of all sites in one tensor; x is read for the last time if it is marked so. */
    Value forward(Pass pass, Value x) {
        List<DenseWeight> weights = new ArrayList<>();
        List<Parameter> biases = new ArrayList<>();
        for (LinearSite s : sites) {
            weights.add((DenseWeight) s.weight());
            if (s.bias() != null) {
                biases.add(s.bias());
            }
        }
        String before = pass.compute().within(path);
        Value y = pass.apply(new Projections(weights, biases), x);
        pass.compute().within(before);
        return y;
    }
}
