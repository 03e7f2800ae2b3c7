package headroom.engine.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The one book of memory. No tensor exists without an {@link Account} here; the plan, the live view, the budget and the tests read nothing else.
 *
 * <p>Not thread-safe: it belongs to the thread that computes. Other threads get copies ({@link Totals}, {@link Peak}).
 */
public final class Ledger {
    /** Called after each change, on the computing thread. Must be quick. */
    public interface Watcher {
        void changed(Ledger ledger, Account account, boolean opened);

        /** An operation begins; its bookings follow. */
        default void operation(String op, String owner) {}
    }

    private static final Category[] CATEGORIES = Category.values();

    private final long[] device = new long[CATEGORIES.length];
    private final long[] host = new long[CATEGORIES.length];
    private final List<Account> open = new ArrayList<>();
    private long deviceTotal;
    private long hostTotal;
    private long budget = Long.MAX_VALUE;
    private long events;
    private long opened;
    private long ops;
    private String op = "start";
    private String opOwner = "";
    private Watcher watcher;

    private long peak;
    private long peakEvent;
    private String peakOp = "start";
    private String peakOwner = "";
    private final long[] peakDevice = new long[CATEGORIES.length];

    /** Bytes by category at one moment. The array is indexed by {@link Category#ordinal()}. */
    public record Totals(long event, String op, long deviceBytes, long hostBytes, long[] byCategory) {
        public long of(Category c) {
            return byCategory[c.ordinal()];
        }
    }

    /** The highest device total so far: when, during which operation, and made of what. */
    public record Peak(long bytes, long event, String op, String owner, long[] byCategory) {
        public long of(Category c) {
            return byCategory[c.ordinal()];
        }
    }

    /** Bookings on the device beyond this many bytes fail with {@link BudgetExceededException}. */
    public void setBudget(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a budget must be positive, not " + bytes + " bytes");
        }
        budget = bytes;
    }

    public long budget() {
        return budget;
    }

    public void watch(Watcher watcher) {
        this.watcher = watcher;
    }

    /** Names the operation that the next bookings belong to, and on whose behalf it runs. */
    public void during(String op, String owner) {
        this.op = op;
        this.opOwner = owner;
        ops++;
        if (watcher != null) {
            watcher.operation(op, owner);
        }
    }

    /** Accounts opened so far. */
    public long opened() {
        return opened;
    }

    /** Operations named so far. */
    public long ops() {
        return ops;
    }

    public String opOwner() {
        return opOwner;
    }

    public String op() {
        return op;
    }

    /**
     * Opens an account.
     *
     * @throws BudgetExceededException if the device total would pass the budget; nothing is booked then
     */
    public Account open(Category category, Tier tier, String owner, String what, long bytes) {
        if (tier == Tier.DEVICE && bytes > budget - deviceTotal) {
            throw new BudgetExceededException(new BudgetExceededException.Details(op, owner, bytes, deviceTotal, budget, largest(10)));
        }
        Account a = new Account(opened++, events++, tier, category, owner, what, bytes);
        a.place = open.size();
        open.add(a);
        if (tier == Tier.DEVICE) {
            device[category.ordinal()] += bytes;
            deviceTotal += bytes;
            if (deviceTotal > peak) {
                peak = deviceTotal;
                peakEvent = a.birth;
                peakOp = op;
                peakOwner = opOwner;
                System.arraycopy(device, 0, peakDevice, 0, device.length);
            }
        } else {
            host[category.ordinal()] += bytes;
            hostTotal += bytes;
        }
        if (watcher != null) {
            watcher.changed(this, a, true);
        }
        return a;
    }

    /** Gives an open account another purpose and owner; its bytes stay where they are. */
    public void move(Account a, Category category, String owner) {
        long[] book = a.tier == Tier.DEVICE ? device : host;
        book[a.category.ordinal()] -= a.bytes;
        book[category.ordinal()] += a.bytes;
        a.category = category;
        a.owner = owner;
    }

    /**
     * Closes an account.
     *
     * @throws IllegalStateException if it is closed already
     */
    public void close(Account a) {
        if (a.death >= 0) {
            throw new IllegalStateException("closed twice: " + a);
        }
        a.death = events++;
        Account last = open.removeLast();
        if (last != a) {
            open.set(a.place, last);
            last.place = a.place;
        }
        if (a.tier == Tier.DEVICE) {
            device[a.category.ordinal()] -= a.bytes;
            deviceTotal -= a.bytes;
        } else {
            host[a.category.ordinal()] -= a.bytes;
            hostTotal -= a.bytes;
        }
        if (watcher != null) {
            watcher.changed(this, a, false);
        }
    }

    /** Bytes held on the device. */
    public long total() {
        return deviceTotal;
    }

    public long total(Tier tier) {
        return tier == Tier.DEVICE ? deviceTotal : hostTotal;
    }

    /** Bytes of a category held on the device. */
    public long total(Category c) {
        return device[c.ordinal()];
    }

    /** Bytes of a category held in a tier. */
    public long total(Tier tier, Category c) {
        return (tier == Tier.DEVICE ? device : host)[c.ordinal()];
    }

    public Totals totals() {
        return new Totals(events, op, deviceTotal, hostTotal, device.clone());
    }

    public Peak peak() {
        return new Peak(peak, peakEvent, peakOp, peakOwner, peakDevice.clone());
    }

    /** Forgets the peak: the next one is counted from what is held now. */
    public void resetPeak() {
        peak = deviceTotal;
        peakEvent = events;
        peakOp = op;
        peakOwner = opOwner;
        System.arraycopy(device, 0, peakDevice, 0, device.length);
    }

    public int openAccounts() {
        return open.size();
    }

    /** The largest open accounts, largest first. */
    public List<Account.View> largest(int n) {
        return open.stream().sorted(Comparator.comparingLong((Account a) -> a.bytes).reversed()).limit(n).map(Account::view).toList();
    }

    /** All open accounts, in no particular order. */
    public List<Account> accounts() {
        return List.copyOf(open);
    }
}
