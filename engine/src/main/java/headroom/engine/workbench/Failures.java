package headroom.engine.workbench;

import headroom.engine.memory.BudgetExceededException;
import headroom.engine.train.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What ended a run, as a card: what happened, what is safe, what to do. */
final class Failures {
    private Failures() {}

    /**
     * @param step optimizer steps that were done
     * @param checkpoint step of the newest complete checkpoint
     * @param remedies changes that the run can go on with, best first
     */
    static FailureCard card(Throwable failure, String run, int step, OptionalInt checkpoint, CategoryBytes held, List<Advice> remedies) {
        final String safe = checkpoint.isPresent()
                ? "Checkpoint %d is verified: %s.".formatted(checkpoint.getAsInt(), lost(step - checkpoint.getAsInt()))
                : "There is no checkpoint yet; the stored curves are safe.";
        final String goOn = "headroom resume " + run + (checkpoint.isPresent() ? " goes on from step " + checkpoint.getAsInt() : " begins again") + ".";
        return switch (failure) {
            case BudgetExceededException over -> overBudget(over, step, checkpoint, held, remedies, safe);
            case Trainer.DivergedException diverged -> new FailureCard("The loss is no number any more",
                    new Problem(sentence(diverged.getMessage()), safe, List.of("Start again with a lower learning rate (--set rate=…)."), trace(failure)),
                    step, Optional.empty(), boxed(checkpoint), List.of());
            case IOException io -> new FailureCard("A checkpoint could not be written",
                    new Problem("Writing failed: " + sentence(io.toString()), safe, List.of("Free some disk space or correct the permissions.", goOn), trace(failure)),
                    step, Optional.empty(), boxed(checkpoint), List.of());
            case WorkbenchException known -> new FailureCard("The run could not begin", known.problem(), step, Optional.empty(), boxed(checkpoint), List.of());
            default -> new FailureCard("The run failed", new Problem("At step %d: %s".formatted(step + 1, sentence(String.valueOf(failure.getMessage() == null ? failure : failure.getMessage()))),
                    safe, List.of(goOn, "If it fails again, report it with the details of this card."), trace(failure)),
                    step, Optional.empty(), boxed(checkpoint), List.of());
        };
    }

    private static FailureCard overBudget(
            BudgetExceededException over, int step, OptionalInt checkpoint, CategoryBytes held, List<Advice> remedies, String safe) {
        final BudgetExceededException.Details d = over.details();
        final long left = d.budgetBytes() - d.heldBytes();
        final String who = d.owner().isEmpty() ? d.op() : d.owner() + " (" + d.op() + ")";
        final String what = "At step %d %s asked for %s and %s of the budget was left.".formatted(step + 1, who, Sizes.text(d.requestedBytes()), Sizes.text(left));
        final List<String> todo = new java.util.ArrayList<>();
        remedies.stream().filter(r -> r.verdict() != Verdict.OVER).limit(2).forEach(r -> todo.add("%s: peak %s.".formatted(r.title(), Sizes.text(r.peakBytes()))));
        todo.add("Raise the budget to at least %s, or choose a method that needs less (headroom plan).".formatted(Sizes.text(d.heldBytes() + d.requestedBytes())));
        return new FailureCard("The run stopped before memory ran out", new Problem(what, safe, todo, trace(over)), step,
                Optional.of(new FailureCard.OverBudget(d.owner(), d.op(), "", d.requestedBytes(), left, d.budgetBytes(), held, 0, PlanReading.largest(d.largest()))),
                boxed(checkpoint), remedies);
    }

    private static String lost(int steps) {
        return steps == 0 ? "nothing is lost" : steps == 1 ? "one step is lost" : steps + " steps are lost";
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    private static Optional<Integer> boxed(OptionalInt step) {
        return step.isPresent() ? Optional.of(step.getAsInt()) : Optional.empty();
    }

    private static String trace(Throwable failure) {
        final StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
