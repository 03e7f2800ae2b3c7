package headroom.engine.memory;

/**
 * One booking in the ledger: so many bytes, for one purpose, held by one owner. Opened, moved and closed by {@link Ledger} only.
 */
public final class Account {
    /** What the purpose of a kernel's temporaries ends with. */
    public static final String SCRATCH = " scratch";

    final long id;
    final long birth;
    final Tier tier;
    final long bytes;
    final String what;
    Category category;
    String owner;
    long death = -1;
    int place = -1;

    Account(long id, long birth, Tier tier, Category category, String owner, String what, long bytes) {
        this.id = id;
        this.birth = birth;
        this.tier = tier;
        this.category = category;
        this.owner = owner;
        this.what = what;
        this.bytes = bytes;
    }

    public long id() {
        return id;
    }

    public Category category() {
        return category;
    }

    public Tier tier() {
        return tier;
    }

    /** Path of what holds the bytes, e.g. {@code decoder.3.attention.q_proj}. */
    public String owner() {
        return owner;
    }

    /** The kernel or role that asked for it, for people. */
    public String what() {
        return what;
    }

    public long bytes() {
        return bytes;
    }

    /** True for temporaries inside a kernel, which no tensor of the program holds. */
    public boolean isScratch() {
        return what.endsWith(SCRATCH);
    }

    public boolean isOpen() {
        return death < 0;
    }

    /** Index of the ledger event that opened it. */
    public long birth() {
        return birth;
    }

    /** Index of the ledger event that closed it, or -1 while it is open. */
    public long death() {
        return death;
    }

    /** What an account looked like at one moment. */
    public record View(Category category, Tier tier, String owner, String what, long bytes) {}

    /** True if it was open right after a ledger event. */
    public boolean isOpenAt(long event) {
        return birth <= event && (death < 0 || death > event);
    }

    public View view() {
        return new View(category, tier, owner, what, bytes);
    }

    @Override
    public String toString() {
        return category + " " + owner + " (" + what + ") " + bytes + " B";
    }
}
