package headroom.engine.method;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.Bf16State;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.recipe.OptimizerChoice.DeviceState;
import headroom.engine.recipe.OptimizerChoice.Dynamic8State;
import headroom.engine.recipe.OptimizerChoice.HostState;
import headroom.engine.recipe.OptimizerChoice.LowRank;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Parts of the optimizer slot set beside a method: they change what they name and nothing else. */
class OptimizerSettingsTest {
    private static OptimizerChoice optimizer(String method, Map<String, String> settings) {
        return Methods.recipe(method, settings).optimizer();
    }

    @Test
    void partsMixWithAnyMethod() {
        OptimizerChoice o = optimizer("galore", Map.of("state", "int8", "residence", "host", "fused", "true"));
        OptimizerChoice plain = optimizer("galore", Map.of());
        assertThat(o).isEqualTo(plain.with(Dynamic8State.standard()).with(HostState.offloaded()).steppingInBackward(true));
        assertThat(o.subspace()).isInstanceOf(LowRank.class);
        assertThat(optimizer("lora", Map.of("residence", "paged")).residence()).isEqualTo(HostState.pages());
    }

    @Test
    void aSettingAtItsStandardChangesNothing() {
        for (Method m : Methods.all()) {
            OptimizerChoice given = optimizer(m.id(), Map.of());
            for (Setting s : m.allSettings()) {
                if (s.key().equals("state") || s.key().equals("residence") || s.key().equals("fused") || s.key().equals("clip") || s.key().equals("decay")) {
                    assertThat(optimizer(m.id(), Map.of(s.key(), s.standard()))).as("%s %s", m.id(), s).isEqualTo(given);
                }
            }
        }
        assertThat(optimizer("adam8bit", Map.of("block", "2048", "state", "int8")).state()).isEqualTo(new Dynamic8State(2048, 4096));
        assertThat(optimizer("cpu-offload", Map.of("from", "7", "residence", "host")).residence()).isEqualTo(new HostState(7, false));
    }

    /** A method whose own setting has the key of a common one would hand its value to both. */
    @Test
    void noSettingOfAMethodHasTheKeyOfAnother() {
        for (Method m : Methods.all()) {
            assertThat(m.allSettings()).extracting(Setting::key).as(m.id()).doesNotHaveDuplicates();
        }
    }

    @Test
    void aBoundStaysOfItsKind() {
        assertThat(optimizer("lomo", Map.of("clip", "2")).clip()).isEqualTo(new Clip.PerTensor(2));
        assertThat(optimizer("lomo", Map.of("clip", "2", "clipping", "norm")).clip()).isEqualTo(new Clip.Global(2, true));
        assertThat(optimizer("lomo", Map.of("clip", "2", "clipping", "value")).clip()).isEqualTo(new Clip.Value(2));
        assertThat(optimizer("adafactor", Map.of("clip", "2")).clip()).isEqualTo(new Clip.Global(2, false));
        assertThat(optimizer("full", Map.of("clip", "0")).clip()).isEqualTo(new Clip.None());
    }

    @Test
    void momentsInBf16GoWithoutAMasterCopyAndOthersWithOne() {
        assertThat(optimizer("full", Map.of("state", "bf16")).state()).isEqualTo(new Bf16State());
        assertThat(optimizer("full", Map.of("state", "bf16")).master()).isFalse();
        assertThat(optimizer("full", Map.of("state", "int8")).master()).isTrue();
        assertThat(optimizer("cpu-offload", Map.of("residence", "device")).residence()).isEqualTo(new DeviceState());
    }
}
