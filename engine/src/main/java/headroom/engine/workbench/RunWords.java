package headroom.engine.workbench;

import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SelectorChoice;
import java.util.Locale;
import java.util.stream.Collectors;

/** Selectors of parts of matrices, and the phases of a run, in words. */
final class RunWords {
    private RunWords() {}

    static String of(SelectorChoice.RandomSupport some) {
        final String unit = some.unit().name().toLowerCase(Locale.ROOT);
        return "%s random %s of %s%s".formatted(amount(some.kept()), unit, on(some.targets()),
                some.every() == 0 ? "" : ", redrawn every %,d steps".formatted(some.every()));
    }

    static String of(SelectorChoice.MagnitudeSupport some) {
        final String which = switch (some.pick()) {
            case TOP_PER_ROW -> amount(some.amount()) + " largest weights of each row";
            case SMALLEST -> amount(some.amount()) + " smallest weights";
            case LARGEST -> amount(some.amount()) + " largest weights";
            case BELOW -> "weights of magnitude up to %s".formatted(some.threshold());
            case LARGEST_COLUMNS -> amount(some.amount()) + " columns of largest norm";
            case PREDICATE -> amount(some.amount()) + " smallest weights, judged at each step";
        };
        final String judged = some.by() == SelectorChoice.MagnitudeSupport.Score.GRADIENT ? which.replace("weights", "gradients") : which;
        return "the %s of %s".formatted(judged, on(some.targets()));
    }

    private static String amount(SelectorChoice.Amount amount) {
        return amount.count() > 0 ? "%,d".formatted(amount.count()) : "%s %% of the".formatted(Math.round(1000 * amount.share()) / 10.0);
    }

    private static String on(java.util.List<String> targets) {
        return targets.contains("all") ? "every matrix" : String.join(", ", targets);
    }

    static String of(RunChoice run) {
        return switch (run) {
            case RunChoice.SinglePhase _ -> "one phase";
            case RunChoice.CoTraining together -> "%d jobs at once, each with a batch in every step: %s".formatted(together.jobs().size(),
                    together.jobs().stream().map(RunWords::job).collect(Collectors.joining(", ")));
            case RunChoice.FederatedRounds rounds -> "rounds of %d clients in turn, %d steps each, on %s; then the mean of %s".formatted(rounds.clients(), rounds.localSteps(),
                    rounds.evenness() == 0 ? "rows dealt in turn" : "rows dealt by class with evenness %s".formatted(SlotWords.number(rounds.evenness())),
                    rounds.average() == RunChoice.Average.PRODUCTS ? "their changes, cut to the rank again" : "their factors");
            case RunChoice.Phases some -> (switch (some.prepare()) {
                case null -> "";
                case RunChoice.GradientScores first -> "gradients of %,d batches, then ".formatted(first.batches());
                case RunChoice.FisherScores first -> "squared gradients of the examples of %,d batches, then ".formatted(first.batches());
            }) + some.phases().stream().map(RunWords::phase).collect(Collectors.joining(", then "))
                    + (some.rounds() > 1 ? ", in %,d rounds".formatted(some.rounds()) : "")
                    + some.every().stream().map(RunWords::every).collect(Collectors.joining());
        };
    }

    private static String job(RunChoice.CoTraining.Job job) {
        return job.name() + (job.shard() < 0 ? " on all rows" : " on part " + (job.shard() + 1)) + (job.rows() > 0 ? ", %,d a batch".formatted(job.rows()) : "");
    }

    private static String phase(RunChoice.Phase phase) {
        final String length = phase.steps() > 0 ? " for %,d steps".formatted(phase.steps()) : phase.share() > 0 ? " for %s %% of the run".formatted(Math.round(1000 * phase.share()) / 10.0) : "";
        return phase.name() + length + (phase.handOff() == RunChoice.HandOff.MODEL ? " with fresh optimizer state" : "")
                + (phase.order() == RunChoice.DataOrder.RESTART ? " from the first example" : "");
    }

    private static String every(RunChoice.Every every) {
        return ", every %,d %s %s".formatted(every.period(), switch (every.clock()) {
            case STEP -> "steps";
            case PHASE_STEP -> "steps of a phase";
            case ROUND -> "rounds";
        }, switch (every.action()) {
            case RESET_OPTIMIZER -> "the optimizer starts again";
            case SELECT_AGAIN -> "what trains is chosen again";
        });
    }
}
