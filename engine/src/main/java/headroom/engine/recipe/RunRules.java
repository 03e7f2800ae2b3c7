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
            Recipe alone = r.with(new RunChoice.SinglePhase());
            alone = f.selector() == null ? alone : alone.with(f.selector());
            alone = f.optimizer() == null ? alone : alone.with(f.optimizer());
            if (f.selector() != null || f.optimizer() != null) {
                try {
                    Validator.require(alone, model);
                } catch (IllegalArgumentException e) {
                    clashes.add("phase " + f.name() + ": " + e.getMessage().replaceFirst("\\.$", ""));
                }
            }
            if (f.handOff() == RunChoice.HandOff.EVERYTHING && f.optimizer() != null && i > 0) {
                OptimizerChoice before = run.phases().get(i - 1).optimizer() == null ? r.optimizer() : run.phases().get(i - 1).optimizer();
                if (!before.with(f.optimizer().schedule()).equals(f.optimizer())) {
                    clashes.add("phase " + f.name() + " takes over optimizer state and has another optimizer than the phase before; state follows a new schedule only, so hand off MODEL");
                }
            }
        }
        for (RunChoice.Every e : run.every()) {
            if (e.period() < 1) {
                clashes.add(e.action() + " every " + e.period() + " of " + e.clock() + "; use at least 1");
            }
        }
    }
}
