package headroom.tests.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.method.Methods;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The peers are worth comparing with only if they do the same work: from the same start, losses agree over several steps, so gradients and updates do too. */
class PeersAgreeTest {
    private static final int STEPS = 6;

    @ParameterizedTest
    @CsvSource({
        "encoder, full, f32, 1e-5", "encoder, full, bf16, 2e-2",
        "decoder, full, f32, 1e-5", "decoder, full, bf16, 2e-2",
        "decoder, lora, f32, 1e-5", "decoder, lora, bf16, 2e-2",
        "decoder, qlora, f32, 1e-5", "decoder, qlora, bf16, 2e-2"})
    void losesAsMuchAsThePeerStepByStep(String model, String method, String compute, double tolerance) {
        Workload w = Workload.small(model.equals("encoder") ? Workload.SMALL_ENCODER : Workload.SMALL_DECODER,
                Methods.recipe(method, Map.of("compute", compute, "rate", "1e-2", "warmup", "0")));
        double first = 0;
        double last = 0;
        try (TrainingStep own = new Own(w, true); TrainingStep peer = Peer.of(w)) {
            for (int i = 0; i < STEPS; i++) {
                double ours = own.run(i);
                double theirs = peer.run(i);
                assertThat(ours).as("loss of step %d", i).isCloseTo(theirs, within(tolerance * theirs));
                first = i == 0 ? ours : first;
                last = ours;
            }
        }
        // a step that changes nothing would agree too
        assertThat(last).isLessThan(0.97 * first);
    }

    @ParameterizedTest
    @CsvSource({"f32, 1e-3"})
    void startsAnEstimateWhereThePeerDoes(String compute, double tolerance) {
        Workload w = Workload.small(Workload.SMALL_DECODER, Methods.recipe("mezo", Map.of("compute", compute, "tune", "full", "rate", "1e-6")));
        try (TrainingStep own = new Own(w, true); TrainingStep peer = Peer.of(w)) {
            for (int i = 0; i < 2; i++) {
                double theirs = peer.run(i);
                // directions are drawn by different generators, so the perturbed losses differ by the order of ε
                assertThat(own.run(i)).isCloseTo(theirs, within(tolerance * theirs));
            }
        }
    }
}
