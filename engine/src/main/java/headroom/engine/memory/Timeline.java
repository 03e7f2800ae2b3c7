package headroom.engine.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Who was alive when: a watcher that records every booking of a ledger. The planner reads it for charts, for the accounts at the peak and for lifetimes.
 */
public final class Timeline implements Ledger.Watcher {
    private static final int CATEGORIES = Category.values().length;

    private final List<Account> accounts = new ArrayList<>();
    private final List<String> ops = new ArrayList<>();
    private long[] totals = new long[CATEGORIES * 1024];
    private long[] host = new long[1024];
    private int instants;
    private final List<String> owners = new ArrayList<>();
    private long lastOp = -1;

    /**
     * The highest state of the device within one operation, and the most that the host held in it.
     *
     * @param byCategory on the device, indexed by category ordinal
     */
    public record Instant(String op, String owner, long[] byCategory, long hostBytes) {
        public long bytes() {
            return Arrays.stream(byCategory).sum();
        }
    }

    @Override
    public void changed(Ledger ledger, Account account, boolean opened) {
        if (opened) {
            accounts.add(account);
        }
        // a new operation starts a new instant; within one, the highest total stays
        if (ledger.ops() != lastOp) {
            lastOp = ledger.ops();
            ops.add(ledger.op());
            owners.add(ledger.opOwner());
            if ((instants + 1) * CATEGORIES > totals.length) {
                totals = Arrays.copyOf(totals, totals.length * 2);
                host = Arrays.copyOf(host, host.length * 2);
            }
            store(ledger, instants++);
        } else if (ledger.total() > sum(instants - 1)) {
            store(ledger, instants - 1);
        }
        host[instants - 1] = Math.max(host[instants - 1], ledger.total(Tier.HOST));
    }

    private void store(Ledger ledger, int i) {
        for (Category c : Category.values()) {
            totals[i * CATEGORIES + c.ordinal()] = ledger.total(c);
        }
    }

    private long sum(int i) {
        long s = 0;
        for (int c = 0; c < CATEGORIES; c++) {
            s += totals[i * CATEGORIES + c];
        }
        return s;
    }

    /** One instant per operation, in order. */
    public List<Instant> instants() {
        List<Instant> out = new ArrayList<>(instants);
        for (int i = 0; i < instants; i++) {
            out.add(new Instant(ops.get(i), owners.get(i), Arrays.copyOfRange(totals, i * CATEGORIES, (i + 1) * CATEGORIES), host[i]));
        }
        return out;
    }

    /** Device accounts that were open right after an event, largest first. */
    public List<Account> aliveAt(long event) {
        return accounts.stream()
                .filter(a -> a.tier == Tier.DEVICE && a.isOpenAt(event))
                .sorted(Comparator.comparingLong(Account::bytes).reversed())
                .toList();
    }

    /** Every account seen, in order of birth. */
    public List<Account> accounts() {
        return List.copyOf(accounts);
    }
}
