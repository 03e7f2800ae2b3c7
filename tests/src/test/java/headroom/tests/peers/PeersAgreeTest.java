package headroom.tests.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The peers are worth comparing with only if they do the same work: from the same start, losses agree over several steps, so gradients and updates do too. */
class PeersAgreeTest {
    private static final ModelConfig ENCODER = HuggingFaceConfig.parse("tiny encoder", """
            {"model_type":"bert","vocab_size":97,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":128,"max_position_embeddings":32,"type_vocab_size":2}""");
    private static final ModelConfig DECODER = HuggingFaceConfig.parse("tiny decoder", """
            {"model_type":"llama","vocab_size":97,"hidden_size":64,"num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":128,"max_position_embeddings":32,
             "hidden_act":"silu","rms_norm_eps":1e-05,"rope_theta":10000.0,"tie_word_embeddings":true}""");
    private static final int STEPS = 6;

    @ParameterizedTest
    @CsvSource({
        "encoder, full, f32, 1e-5", "encoder, full, bf16, 2e-2",
        "decoder, full, f32, 1e-5", "decoder, full, bf16, 2e-2",
        "decoder, lora, f32, 1e-5", "decoder, lora, bf16, 2e-2",
        "decoder, qlora, f32, 1e-5", "decoder, qlora, bf16, 2e-2"})
    void losesAsMuchAsThePeerStepByStep(String model, String method, String compute, double tolerance) {
        Workload w = Workload.of("tiny", "tiny", model.equals("encoder") ? ENCODER : DECODER, method, Map.of("compute", compute, "rate", "1e-2", "warmup", "0"), 4, 16);
        double first = 0;
        double last = 0;
        try (TrainingStep own = new Own(w); TrainingStep peer = Peer.of(w)) {
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
        Workload w = Workload.of("tiny", "tiny", DECODER, "mezo", Map.of("compute", compute, "tune", "full", "rate", "1e-6"), 4, 16);
        try (TrainingStep own = new Own(w); TrainingStep peer = Peer.of(w)) {
            for (int i = 0; i < 2; i++) {
                double theirs = peer.run(i);
                // directions are drawn by different generators, so the perturbed losses differ by the order of ε
                assertThat(own.run(i)).isCloseTo(theirs, within(tolerance * theirs));
            }
        }
    }
}
