package headroom.engine.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Rows to store. */
final class Samples {
    /** No process has number 2³¹ − 1 on the systems we run on. */
    static final Owner DEAD = new Owner(Owner.thisProcess().host(), Integer.MAX_VALUE, Instant.parse("2020-01-01T00:00:00Z"));

    private Samples() {}

    static NewRun run(String name) {
        return new NewRun(name, "minilm", "reviews", "sha256:12ab", "lora", "{\"rank\":8}", "{\"seed\":7,\"batch\":32}", 7, 100, 73_728,
                8L << 30, 123_456_789_012L, "{\"weights\":90852864}");
    }

    static StoredStep step(String run, int step, double loss) {
        return new StoredStep(run, step, loss, step * 4096L, step * 0.25, step / 40.0, 1e-4, 1.5, 16_384, 700_000_000L + step);
    }

    static StoredMemory memory(String run, int step) {
        final CategoryColumns bytes = new CategoryColumns(1, 2, 3, 4, 5, 6, 7L << 40);
        return new StoredMemory(run, step,
                List.of(new StoredMemory.Sample(0, 1.5, "forward", "linear", "encoder.0.attention.query", bytes, 9),
                        new StoredMemory.Sample(1, 1.6, "backward", "gelu", "encoder.0", CategoryColumns.of(Map.of()), 0)),
                List.of(new StoredMemory.Layer("embeddings", bytes), new StoredMemory.Layer("encoder.0", bytes)));
    }

    static StoredCheckpoint checkpoint(String run, int step) {
        return new StoredCheckpoint(run, step, Path.of("runs", run, "step-" + step), 1_000_000L + step, "sha256:" + step, true,
                Instant.parse("2026-01-02T03:04:05.123456789Z"));
    }
}
