package headroom.engine.model;

import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import java.util.List;

/**
 * The place beside the tokens of a frozen layer where queries stand: rows that attend to the layer's keys and values, pass its norms, sums and feed-forward part, and leave it.
 * No token sees them, so the layer's output is what it is without them.
 */
public final class QueryPoint implements Point {
    /** The queries of one layer. */
    public interface Queries {
        List<Parameter> parameters();

        /** Rows of each sequence t, at least 1. */
        long count();

        /** True if a layer keeps its input for the backward pass, and not its keys and values. */
        boolean keepsInput();

        /** [B·t, d], the same for each of so many sequences but for what is dropped. */
        Value rows(Pass pass, long batch);
    }

    private final String path;
    private final long width;
    private Queries queries;

    QueryPoint(String path, long width) {
        this.path = path;
        this.width = width;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public long width() {
        return width;
    }

    @Override
    public List<Parameter> parameters() {
        return queries == null ? List.of() : queries.parameters();
    }

    /** @throws IllegalStateException if there are queries already */
    public void attach(Queries q) {
        if (queries != null) {
            throw new IllegalStateException(path + " has queries already; one set is possible");
        }
        queries = q;
    }

    /** True if queries read the layer in this pass. */
    boolean isRead(Pass pass) {
        return queries != null && pass.adapters().on();
    }

    boolean keepsInput() {
        return queries.keepsInput();
    }

    /** Rows of the queries for a batch of so many sequences. */
    Value rows(Pass pass, long batch) {
        String before = pass.compute().within(path);
        Value rows = queries.rows(pass, batch);
        pass.compute().within(before);
        return rows;
    }
}
