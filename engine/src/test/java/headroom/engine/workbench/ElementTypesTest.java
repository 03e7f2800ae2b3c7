package headroom.engine.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.method.Methods;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ElementTypesTest {
    private static Map<String, String> of(String method, Map<String, String> settings) {
        return ElementTypes.of(Methods.recipe(method, settings));
    }

    @Test
    void halfPrecisionNamesWhatStaysInFloat32() {
        assertThat(of("full", Map.of("compute", "bf16"))).containsEntry("products and activations", "bf16").containsEntry("sums within them, statistics and the loss", "f32")
                .containsEntry("what trains", "bf16 with copies in f32").containsEntry("optimizer state", "f32");
        assertThat(of("full", Map.of("compute", "bf16", "state", "bf16"))).containsEntry("what trains", "bf16 alone").containsEntry("optimizer state", "bf16");
    }

    @Test
    void codedWeightsSayWhatTheyAreReadAs() {
        assertThat(of("qlora", Map.of("compute", "bf16"))).containsEntry("weights", "4-bit codes, decoded to bf16");
        assertThat(of("full", Map.of("compute", "f32"))).containsEntry("weights", "f32").containsEntry("what trains", "f32");
    }
}
