package headroom.engine.workbench;

/** How far a long call is. The caller's object: the engine tells it, and asks it whether to go on. */
public interface Progress {
    Progress SILENT = new Progress() {
        @Override
        public void at(At at) {
            // nobody watches
        }
    };

    void at(At at);

    /** @return true to end the call with {@link java.util.concurrent.CancellationException} at the next safe place */
    default boolean cancelled() {
        return false;
    }

    /**
     * @param what is being done ({@code reading weights})
     * @param done of {@code total}, in {@code unit} ({@code rows}, {@code bytes}, {@code operations})
     */
    record At(String what, long done, long total, String unit) {}
}
