package headroom.engine.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.method.Methods;
import headroom.engine.recipe.OptimizerChoice.AdamW;
import headroom.engine.recipe.OptimizerChoice.ApolloScaling;
import headroom.engine.recipe.OptimizerChoice.Bf16State;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.recipe.OptimizerChoice.DeviceState;
import headroom.engine.recipe.OptimizerChoice.DropOnFreeze;
import headroom.engine.recipe.OptimizerChoice.Dynamic8State;
import headroom.engine.recipe.OptimizerChoice.Float32State;
import headroom.engine.recipe.OptimizerChoice.Group;
import headroom.engine.recipe.OptimizerChoice.HostState;
import headroom.engine.recipe.OptimizerChoice.Keep;
import headroom.engine.recipe.OptimizerChoice.Lion;
import headroom.engine.recipe.OptimizerChoice.LowRank;
import headroom.engine.recipe.OptimizerChoice.ResetState;
import headroom.engine.recipe.OptimizerChoice.Schedule;
import headroom.engine.recipe.OptimizerChoice.Sgd;
import headroom.engine.recipe.OptimizerChoice.Timing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Recipes as JSON: out and in again, and those that earlier versions stored with their runs (kept as written, in {@code older/}). */
class RecipeFormsTest {
    private static Recipe older(String name) throws IOException {
        try (InputStream in = RecipeFormsTest.class.getResourceAsStream("older/" + name + ".json")) {
            return Recipe.fromJson(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void anOptimizerOfFirstLightWithStateInBf16StillReads() throws IOException {
        OptimizerChoice o = older("galore").optimizer();
        assertThat(o.rule()).isEqualTo(new AdamW(0.9, 0.999, 1e-6, true, 0));
        assertThat(o.subspace()).isEqualTo(new LowRank(LowRank.Law.SVD, 64, 200, 1, false));
        assertThat(o.state()).isEqualTo(new Bf16State());
        assertThat(o.master()).isFalse();
        assertThat(o.timing()).isEqualTo(Timing.IN_BACKWARD);
        assertThat(o.lifecycle()).isEqualTo(new Keep());
        assertThat(o.residence()).isEqualTo(new DeviceState());
        assertThat(o.clip()).isEqualTo(new Clip.Global(1, false));
        assertThat(o.schedule()).isEqualTo(new Schedule(5e-5, 0.06, Schedule.Shape.LINEAR));
    }

    @Test
    void aLayerSamplerOfFirstLightStillReads() throws IOException {
        Recipe r = older("lisa");
        assertThat(r.selector()).isEqualTo(new SelectorChoice.LayerwiseSampling(2, 20, true, SelectorChoice.LayerwiseSampling.Order.DRAWN));
        assertThat(r.optimizer().lifecycle()).isEqualTo(new DropOnFreeze(0));
        assertThat(r.optimizer().state()).isEqualTo(new Float32State());
        assertThat(r.optimizer().master()).isTrue();
    }

    @Test
    void aStatelessOptimizerOfFirstLightStillReads() throws IOException {
        OptimizerChoice o = older("mezo").optimizer();
        assertThat(o.rule()).isEqualTo(new Sgd(0, false, 0));
        assertThat(o.clip()).isEqualTo(new Clip.None());
        assertThat(o.master()).isFalse();
    }

    @Test
    void theMethodsOfFirstLightMakeTheRecipesTheyMadeThen() throws IOException {
        assertThat(Methods.recipe("galore", Map.of("compute", "bf16", "state", "bf16", "per-layer", "true"))).isEqualTo(older("galore"));
        assertThat(Methods.recipe("lisa", Map.of())).isEqualTo(older("lisa"));
        assertThat(Methods.recipe("mezo", Map.of())).isEqualTo(older("mezo"));
    }

    @Test
    void everyPartOfTheOptimizerSlotComesBackFromJson() {
        OptimizerChoice base = OptimizerChoice.adamW(1e-3);
        List<OptimizerChoice> all = List.of(base.with(new Sgd(0.9, true, 0.1)), base.with(new OptimizerChoice.SignSgd(0)), base.with(Lion.standard(0.1)),
                base.with(OptimizerChoice.Adafactor.standard(true)), base.with(new ApolloScaling(AdamW.standard(0), true, 1.01)).with(new LowRank(LowRank.Law.RANDOM, 1, 200, 128, true)),
                base.with(Dynamic8State.standard()), base.with(new Bf16State()).withMaster(false), base.with(HostState.pages()), base.with(new ResetState(100, Set.of("b", "a"), 10)),
                base.with(new DropOnFreeze(50)), base.with(new Clip.Value(1)), base.with(new Clip.PerTensor(2)), base.with(new Clip.Global(3, true)),
                base.steppingInBackward(true), base.withGroup("b", Group.atRate(16)).withGroup("scales", new Group(1, false, new Clip.Value(1), 1e-8)));
        for (OptimizerChoice o : all) {
            Recipe r = Recipe.defaults().with(o);
            assertThat(Recipe.fromJson(r.toJson())).isEqualTo(r);
        }
    }

    @Test
    void anUnknownPartIsNamed() {
        String json = Recipe.defaults().toJson().replace("\"Float32State\"", "\"Float31State\"");
        assertThatThrownBy(() -> Recipe.fromJson(json)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not a recipe").hasMessageContaining("Float31State")
                .hasMessageContaining("optimizer");
        assertThatThrownBy(() -> Recipe.fromJson("[]")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not a recipe");
        assertThatThrownBy(() -> Recipe.fromJson("{")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not a recipe");
    }
}
