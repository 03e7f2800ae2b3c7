package headroom.engine.memory;

import java.util.List;

/** The booking that would have passed the budget. Thrown before any memory is asked for, so nothing is lost. */
public final class BudgetExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Details details;

    /**
     * @param op name of the operation that asked
     * @param owner path on whose behalf
     * @param requestedBytes bytes asked for
     * @param heldBytes bytes already booked on the device
     * @param budgetBytes the limit
     * @param largest the ten largest open accounts, largest first
     */
    public record Details(String op, String owner, long requestedBytes, long heldBytes, long budgetBytes, List<Account.View> largest) {}

    BudgetExceededException(Details d) {
        super("%s asked for %,d bytes for %s; %,d of the budget of %,d bytes were held, so %,d bytes are missing".formatted(
                d.op(), d.requestedBytes(), d.owner(), d.heldBytes(), d.budgetBytes(), d.heldBytes() + d.requestedBytes() - d.budgetBytes()));
        this.details = d;
    }

    public Details details() {
        return details;
    }
}
