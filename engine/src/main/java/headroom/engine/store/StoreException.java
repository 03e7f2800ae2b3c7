package headroom.engine.store;

/** The store could not do what was asked: what happened, what is safe, and what to do, each a sentence for a person. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String safe;
    private final String todo;

    public StoreException(String what, String safe, String todo, Throwable cause) {
        super(what + " " + safe + " " + todo, cause);
        this.what = what;
        this.safe = safe;
        this.todo = todo;
    }

    public StoreException(String what, String safe, String todo) {
        this(what, safe, todo, null);
    }

    public String what() {
        return what;
    }

    public String safe() {
        return safe;
    }

    public String todo() {
        return todo;
    }
}
