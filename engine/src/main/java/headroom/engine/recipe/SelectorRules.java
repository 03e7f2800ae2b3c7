package headroom.engine.recipe;

import headroom.engine.model.ModelConfig;
import java.util.List;

/** What a selector of parts of matrices can stand beside: one sentence per clash. */
final class SelectorRules {
    private SelectorRules() {}

    /** True if parts of the base weights train in place. */
    static boolean takesParts(SelectorChoice s) {
        return s instanceof SelectorChoice.RandomSupport || s instanceof SelectorChoice.MagnitudeSupport;
    }

    static void check(Recipe r, ModelConfig model, List<String> clashes) {
        SelectorChoice selector = r.selector();
        if (selector instanceof SelectorChoice.LayerwiseSampling s && (s.count() < 0 || s.count() > model.layers() || s.every() < 1)) {
            clashes.add("layer sampling of " + s.count() + " of " + model.layers() + " blocks every " + s.every() + " steps; expected 0 to " + model.layers() + " blocks and at least 1 step");
        }
        if (selector instanceof SelectorChoice.RandomSupport s && (!s.kept().isValid() || s.every() < 0)) {
            clashes.add("RandomSupport of " + s.kept() + " every " + s.every() + " steps; give a count of at least 1 or a share in (0, 1], and 0 or more steps between draws");
        }
        if (selector instanceof SelectorChoice.MagnitudeSupport s) {
            magnitude(r, s, clashes);
        }
        if (selector instanceof SelectorChoice.CubicBudget s) {
            budget(r, s, clashes);
        }
        remap(r, clashes);
        if (takesParts(selector) && r.optimizer().subspace() instanceof OptimizerChoice.LowRank) {
            clashes.add("optimizer LowRankSubspace projects whole matrices, and selector " + name(selector) + " gives gradients of parts of them; use FullSpace, or AllParameters");
        }
    }

    private static void budget(Recipe r, SelectorChoice.CubicBudget s, List<String> clashes) {
        if (!(r.adapter() instanceof AdapterChoice.Triplets t)) {
            clashes.add("selector CubicBudget counts triplets, and adapter " + name(r.adapter()) + " has none; use adapter TripletLoRA, or selector AdapterOnly");
        } else if (s.target() < 1 || s.target() > t.rank()) {
            clashes.add("CubicBudget falls to " + s.target() + " triplets a site, and TripletLoRA starts with " + t.rank() + "; use a target from 1 to that");
        }
        if (!(s.first() >= 0 && s.last() >= 0 && s.first() + s.last() < 1) || s.every() < 1) {
            clashes.add("CubicBudget with shares " + s.first() + " and " + s.last() + " of the run, every " + s.every() + " steps; the shares must leave something between them, and a choice takes at "
                    + "least 1 step");
        }
        if (!(s.beta1() >= 0 && s.beta1() < 1 && s.beta2() >= 0 && s.beta2() < 1)) {
            clashes.add("CubicBudget with smoothing " + s.beta1() + " and " + s.beta2() + "; use values in [0, 1)");
        }
        if (!(r.gradient() instanceof GradientChoice.Backprop)) {
            clashes.add("selector CubicBudget judges by gradients, and gradient " + name(r.gradient()) + " makes none to judge by; use Backprop, or AdapterOnly");
        }
    }

    /** What moves with single elements must have state by element. */
    private static void remap(Recipe r, List<String> clashes) {
        if (!(r.optimizer().lifecycle() instanceof OptimizerChoice.RemapSupport)) {
            return;
        }
        if (r.optimizer().state() instanceof OptimizerChoice.Dynamic8State) {
            clashes.add("optimizer Dynamic8State codes state in blocks, and RemapSupport moves single elements; use Float32State, or Keep, where state starts again");
        }
        if (r.optimizer().rule() instanceof OptimizerChoice.Adafactor) {
            clashes.add("optimizer Adafactor keeps factors of rows and columns, and RemapSupport moves single elements; use AdamW, or Keep, where state starts again");
        }
        if (r.optimizer().residence() instanceof OptimizerChoice.HostState) {
            clashes.add("optimizer HostState keeps state on the host, and RemapSupport moves its elements on the device; use DeviceState, or Keep, where state starts again");
        }
    }

    private static void magnitude(Recipe r, SelectorChoice.MagnitudeSupport s, List<String> clashes) {
        boolean below = s.pick() == SelectorChoice.MagnitudeSupport.Pick.BELOW;
        boolean predicate = s.pick() == SelectorChoice.MagnitudeSupport.Pick.PREDICATE;
        if (below ? s.threshold() <= 0 : !s.amount().isValid()) {
            clashes.add("MagnitudeSupport " + s.pick() + " with " + s.amount() + " and threshold " + s.threshold() + "; give BELOW a threshold above 0, and the others a count of at least 1 or a share "
                    + "in (0, 1]");
        }
        if (s.by() == SelectorChoice.MagnitudeSupport.Score.GRADIENT) {
            if (below || predicate) {
                clashes.add("selector MagnitudeSupport " + s.pick() + " is a bound on weights, and this one chooses by gradients; use SMALLEST or LARGEST, or choose by weights");
            }
            if (!(r.run() instanceof RunChoice.Phases p && p.prepare() instanceof RunChoice.GradientScores)) {
                clashes.add("selector MagnitudeSupport by gradients, and nothing measures them before the first step; prepare the run with GradientScores, or choose by weights");
            }
        }
        if (predicate && !(r.gradient() instanceof GradientChoice.TwoPointEstimate)) {
            clashes.add("selector MagnitudeSupport PREDICATE has no list of elements for the gradients of " + name(r.gradient()) + "; use SMALLEST or BELOW, or gradient TwoPointEstimate");
        }
        if (predicate && r.gradient() instanceof GradientChoice.TwoPointEstimate t && t.inPlace()) {
            clashes.add("selector MagnitudeSupport PREDICATE is judged by the weights, and TwoPointEstimate in place moves them between its three moves; see them through the perturbation instead "
                    + "(inPlace false), or use SMALLEST");
        }
        if (predicate && !(r.adapter() instanceof AdapterChoice.None)) {
            clashes.add("selector MagnitudeSupport PREDICATE judges pre-trained weights, and adapter " + name(r.adapter()) + " starts from others; use no adapter, or AdapterOnly");
        }
        if (predicate && r.optimizer().rule().decay() > 0) {
            clashes.add("selector MagnitudeSupport PREDICATE lets an element go once it has grown, and weight decay " + r.optimizer().rule().decay() + " would bring frozen ones back; use decay 0");
        }
        if (!predicate && (s.targets().contains("embeddings") || s.targets().contains("head"))) {
            clashes.add("selector MagnitudeSupport " + s.pick() + " lists elements of the sites of the blocks; embeddings and head are for PREDICATE");
        }
    }

    private static String name(Object choice) {
        return choice.getClass().getSimpleName();
    }
}
