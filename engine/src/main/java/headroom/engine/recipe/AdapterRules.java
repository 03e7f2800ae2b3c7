package headroom.engine.recipe;

import java.util.List;

/** What the adapter slot cannot do together with the others, one sentence per clash; and what it can do but should not. */
final class AdapterRules {
    private AdapterRules() {}

    static void check(Recipe r, List<String> clashes) {
        switch (r.adapter()) {
            case AdapterChoice.LowRank l -> pair(r, "LoRA", l, clashes);
            case AdapterChoice.WeightNorm w -> {
                pair(r, "WeightNormLoRA", w.pair(), clashes);
                if (w.pair().start() == AdapterChoice.Start.PISSA) {
                    clashes.add("WeightNormLoRA starts with its pair at zero, and start PISSA would make the norms those of the residual; use start ZERO, or LoRA with start PISSA");
                }
                if (r.selector().trainsMatrices()) {
                    clashes.add("adapter WeightNormLoRA holds the row norms of frozen weights, and selector " + Validator.name(r.selector()) + " would move the weights; use AdapterOnly, or LoRA");
                }
            }
            case AdapterChoice.Vera v -> sizes("VeraScaling", v.rank(), v.dropout(), clashes);
            case AdapterChoice.Triplets t -> triplets(r, t, clashes);
            default -> {
                // the other adapters have rules of their own
            }
        }
    }

    private static void triplets(Recipe r, AdapterChoice.Triplets t, List<String> clashes) {
        sizes("TripletLoRA", t.rank(), t.dropout(), clashes);
        if (!(t.alpha() > 0) || !(t.orthogonality() >= 0)) {
            clashes.add("TripletLoRA with alpha " + t.alpha() + " and orthogonality " + t.orthogonality() + "; alpha must be above 0 and orthogonality at least 0");
        }
        if (t.orthogonality() > 0 && !(r.gradient() instanceof GradientChoice.Backprop)) {
            clashes.add("TripletLoRA with an orthogonality penalty adds to gradients, and gradient " + Validator.name(r.gradient()) + " has none of its own to add to; use orthogonality 0, or Backprop");
        }
        if (t.orthogonality() > 0 && r.optimizer().inBackward()) {
            clashes.add("TripletLoRA with an orthogonality penalty adds to gradients when the backward pass is done, and stepping in it has stepped and freed them; use orthogonality 0, or step at the "
                    + "boundary");
        }
    }

    static void pair(Recipe r, String name, AdapterChoice.LowRank l, List<String> clashes) {
        sizes(name, l.rank(), l.dropout(), clashes);
        if (!(l.alpha() > 0)) {
            clashes.add(name + " with alpha " + l.alpha() + " changes nothing; alpha must be above 0");
        }
        l.ranks().forEach((site, rank) -> {
            if (rank < 1) {
                clashes.add(name + " of rank " + rank + " at " + site + "; a rank must be at least 1, and a site without a pair is one that targets leave out");
            }
        });
        if (l.start() == AdapterChoice.Start.PISSA && r.optimizer().rule().decay() > 0) {
            clashes.add("adapter LoRA with start PISSA holds a part of the pretrained weights, and optimizer decay " + r.optimizer().rule().decay()
                    + " would erase it; use decay 0, or start ZERO");
        }
    }

    private static void sizes(String name, int rank, double dropout, List<String> clashes) {
        if (rank < 1 || !(dropout >= 0 && dropout < 1)) {
            clashes.add(name + " of rank " + rank + " with dropout " + dropout + "; rank must be at least 1 and dropout in [0, 1)");
        }
    }

    /** What is fine to run but worth knowing. */
    static void notes(Recipe r, List<String> notes) {
        boolean zero = switch (r.adapter()) {
            case AdapterChoice.LowRank l -> l.start() == AdapterChoice.Start.ZERO;
            case AdapterChoice.WeightNorm _, AdapterChoice.Vera _, AdapterChoice.Triplets _ -> true;
            default -> false;
        };
        if (zero && r.gradient() instanceof GradientChoice.TwoPointEstimate) {
            notes.add("The adapter starts at zero: while one of its factors is zero, an estimate from losses says nothing about the other, so the first steps move half of it.");
        }
    }
}
