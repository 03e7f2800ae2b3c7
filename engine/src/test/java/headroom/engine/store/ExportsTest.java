package headroom.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportsTest {
    @TempDir
    Path home;

    @Test
    void stepsOfRunsBecomeRowsOfCsv() throws IOException {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String first = store.create(Samples.run("full, \"AdamW\"")).id();
            final String second = store.create(Samples.run("lora")).id();
            store.log(Samples.step(first, 1, 0.5));
            store.log(new StoredStep(second, 1, Double.NaN, 10, 0.5, 0.25, 0.001, Double.NaN, 20, 30));
            final StringBuilder csv = new StringBuilder();
            Exports.stepsAsCsv(store, List.of(second, first), csv);
            assertThat(csv.toString()).isEqualTo("""
                    run,name,step,loss,tokens,seconds,epoch,learning_rate,gradient_norm,tokens_per_second,peak_bytes\r
                    0002,lora,1,NaN,10,0.5,0.25,0.001,,20.0,30\r
                    0001,"full, ""AdamW""\",1,0.5,4096,0.25,0.025,1.0E-4,1.5,16384.0,700000001\r
                    """);
        }
    }

    @Test
    void anUnknownRunWritesNothing() {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = store.create(Samples.run("a")).id();
            final StringBuilder csv = new StringBuilder();
            assertThatThrownBy(() -> Exports.stepsAsCsv(store, List.of(run, "0009"), csv)).hasMessageContaining("no run 0009");
            assertThat(csv).isEmpty();
        }
    }
}
