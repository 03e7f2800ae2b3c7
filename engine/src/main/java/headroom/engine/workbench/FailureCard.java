package headroom.engine.workbench;

import java.util.List;
import java.util.Optional;

/**
 * Why a run failed and how to go on.
 *
 * @param overBudget present when a booking would have passed the budget
 * @param checkpoint the step to go on from; empty where no checkpoint exists
 * @param remedies changes priced for the worst batch, best first; each can be resumed with
 */
public record FailureCard(
        String title, Problem problem, int step, Optional<OverBudget> overBudget, Optional<Integer> checkpoint, List<Advice> remedies) {

    public FailureCard {
        remedies = List.copyOf(remedies);
    }

    /**
     * The booking that was refused.
     *
     * @param owner and {@code op} who asked
     * @param askedBytes for how much
     * @param leftBytes what was left of the budget
     * @param held by category at that instant
     * @param largest the ten largest accounts
     */
    public record OverBudget(
            String owner, String op, String shape, long askedBytes, long leftBytes, long budgetBytes, CategoryBytes held, long hostBytes,
            List<AccountRow> largest) {
        public OverBudget {
            largest = List.copyOf(largest);
        }
    }
}
