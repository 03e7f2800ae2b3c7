package headroom.engine.recipe;

import headroom.engine.model.ModelConfig;
import java.util.List;

/** What phases can be made of: one sentence per clash. */
final class RunRules {
    private RunRules() {}

    static void check(Recipe r, ModelConfig model, List<String> clashes) {
        if (!(r.run() instanceof RunChoice.Phases run)) {
            return;
        }
        if (run.phases().isEmpty()) {
            clashes.add("run Phases without a phase; give at least one, or use SinglePhase");
        }
        double shares = 0;
        for (int i = 0; i < run.phases().size(); i++) {
            RunChoice.Phase f = run.phases().get(i);
            boolean last = i == run.phases().size() - 1;
            shares += f.share();
            if (f.name() == null || f.name().isBlank()) {
                clashes.add("phase " + (i + 1) + " has no name; plans and reports call it by one");
            }
            if (!last && (f.steps() < 0 || f.steps() == 0 && (f.share() <= 0 || shares > 1))) {
                clashes.add("phase " + f.name() + " lasts " + f.steps() + " steps or a share of " + f.share() + "; give steps, or shares that add up to at most 1");
            }
            // each phase must hold by itself: what it changes is checked as if the recipe were made of it
            Recipe alone = r.with(f.selector() == null && run.prepare() != null ? RunChoice.Phases.after(run.prepare()) : new RunChoice.SinglePhase());
            alone = f.selector() == null ? alone : alone.with(f.selector());
            alone = f.optimizer() == null ? alone : alone.with(f.optimizer());
            if (f.selector() != null || f.optimizer() != null) {
                try {
                    Validator.require(alone, model);
                } catch (IllegalArgumentException e) {
                    clashes.add("phase " + f.name() + ": " + e.getMessage().replaceFirst("\\.$", ""));
                }
            }
            if (f.handOff() == RunChoice.HandOff.EVERYTHING && (i > 0 || run.rounds() > 1)) {
                OptimizerChoice before = optimizer(r, run.phases().get(i > 0 ? i - 1 : run.phases().size() - 1));
                OptimizerChoice own = optimizer(r, f);
                if (!before.with(own.schedule()).equals(own)) {
                    clashes.add("phase " + f.name() + " takes over optimizer state and has another optimizer than the phase before; state follows a new schedule only, so hand off MODEL");
                }
            }
        }
        boolean scored = r.selector() instanceof SelectorChoice.MagnitudeSupport m && m.by() == SelectorChoice.MagnitudeSupport.Score.GRADIENT;
        if (run.prepare() != null && run.prepare().batches() < 1) {
            clashes.add("a preparation on " + run.prepare().batches() + " batches; use at least 1, or none");
        }
        if (run.prepare() instanceof RunChoice.GradientScores && (!scored || !run.phases().isEmpty() && run.phases().getFirst().selector() != null)) {
            clashes.add("run prepares GradientScores, and the selector of its first phase does not choose by them; use the recipe's own MagnitudeSupport by gradients, or prepare nothing");
        }
        if (run.prepare() instanceof RunChoice.GradientScores && r.gradient() instanceof GradientChoice.TwoPointEstimate) {
            clashes.add("run prepares GradientScores by a backward pass, and gradient TwoPointEstimate has the memory of forward passes; choose by weights");
        }
        if (scored && run.every().stream().anyMatch(e -> e.action() == RunChoice.Action.SELECT_AGAIN)) {
            clashes.add("SELECT_AGAIN, and selector MagnitudeSupport by gradients measures them once, before the first step; choose by weights, or do not choose again");
        }
        if (run.rounds() < 1) {
            clashes.add("phases in " + run.rounds() + " rounds; use at least 1");
        }
        if (scored && comesBack(run)) {
            clashes.add("run comes back to the recipe's selector from a phase that has one of its own, and MagnitudeSupport by gradients measures them once, before the first step; choose by weights");
        }
        for (RunChoice.Every e : run.every()) {
            if (e.period() < 1) {
                clashes.add(e.action() + " every " + e.period() + " of " + e.clock() + "; use at least 1");
            }
        }
    }

    private static OptimizerChoice optimizer(Recipe r, RunChoice.Phase f) {
        return f.optimizer() == null ? r.optimizer() : f.optimizer();
    }

    /** True if a phase with the recipe's selector comes after one with its own. */
    private static boolean comesBack(RunChoice.Phases run) {
        int n = run.phases().size();
        for (int i = 0; i < n; i++) {
            if (run.phases().get(i).selector() == null && (i > 0 || run.rounds() > 1) && run.phases().get((i + n - 1) % n).selector() != null) {
                return true;
            }
        }
        return false;
    }
}
