package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.OptimizerChoice.DropOnFreeze;
import headroom.engine.recipe.OptimizerChoice.ResetState;
import headroom.engine.recipe.OptimizerChoice.Sgd;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SelectorChoice.LayerwiseSampling;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Parameter;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Choices of the optimizer slot in whole runs: what must come out the same, and what must not move. */
class OptimizerRunTest {
    private static TinyTask decoder(int layers, boolean tied) {
        String json = """
                {"model_type":"llama","vocab_size":128,"hidden_size":32,"num_hidden_layers":%d,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":64,
                "max_position_embeddings":64,"tie_word_embeddings":%b}""".formatted(layers, tied);
        TinyTask t = TinyTask.decoder();
        return new TinyTask(HuggingFaceConfig.parse("decoder", json), t.task(), t.data());
    }

    private static Recipe recipe(OptimizerChoice o) {
        return Methods.recipe("full", Map.of("batch", "8", "length", "32")).with(o);
    }

    @Test
    void lomoStepsATiedTableOnceAfterBothOfItsContributions() throws Exception {
        OptimizerChoice sgd = OptimizerChoice.adamW(0.3).with(new Sgd(0)).withClip(0);
        TinyTask t = decoder(2, true);
        TinyRun boundary = TinyRun.of(t, recipe(sgd), 6).asPlanned();
        TinyRun fused = TinyRun.of(t, recipe(sgd.steppingInBackward(true)), 6).asPlanned();
        assertThat(fused.losses()).isEqualTo(boundary.losses());
        assertThat(fused.losses().getLast()).isLessThan(fused.losses().getFirst());
    }

    @Test
    void aFirstPassForTheNormGivesTheLossesOfClippingAtTheBoundary() throws Exception {
        OptimizerChoice sgd = OptimizerChoice.adamW(0.3).with(new Sgd(0));
        TinyRun boundary = TinyRun.of(TinyTask.encoder(), recipe(sgd.withClip(0.5)), 5).asPlanned();
        TinyRun fused = TinyRun.of(TinyTask.encoder(), recipe(sgd.with(new OptimizerChoice.Clip.Global(0.5, true)).steppingInBackward(true)), 5).asPlanned();
        for (int i = 0; i < 5; i++) {
            assertThat(fused.losses().get(i)).isCloseTo(boundary.losses().get(i), within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource(ComputeType.class)
    void aRunWithItsStateOnTheHostHasTheLossesOfOneOnTheDevice(ComputeType type) throws Exception {
        OptimizerChoice adam = OptimizerChoice.adamW(3e-3);
        TinyRun device = TinyRun.of(TinyTask.decoder(), recipe(adam).with(type), 5).asPlanned();
        for (OptimizerChoice.Residence r : List.of(OptimizerChoice.HostState.offloaded(), new OptimizerChoice.HostState(500, true))) {
            TinyRun host = TinyRun.of(TinyTask.decoder(), recipe(adam.with(r)).with(type), 5).asPlanned();
            assertThat(host.losses()).isEqualTo(device.losses());
            assertThat(host.measured().bytes()).isLessThan(device.measured().bytes());
        }
    }

    /** Values of every parameter after steps on the first batches of eight rows, each cut into parts. */
    private static Map<String, float[]> trained(TinyTask t, Recipe recipe, int parts, int steps, List<Double> losses) {
        Map<String, float[]> out = new LinkedHashMap<>();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), 11, 100)) {
            BatchSource data = t.batches(8, 32, 11);
            for (int step = 0; step < steps; step++) {
                Batch batch = data.next();
                if (t.task() instanceof Assembly.Task.Classification) {
                    assertThat(Arrays.stream(batch.lengths()).distinct().count()).as("lengths differ").isGreaterThan(1);
                }
                List<DeviceBatch> micro = BatchUpload.of(c, batch, parts, a.objective().perToken());
                assertThat(micro).hasSize(parts);
                losses.add(a.step(step, micro).loss());
                micro.forEach(DeviceBatch::close);
            }
            for (Parameter p : a.parameters()) {
                out.put(p.path(), c.floats(p.data()));
            }
        }
        return out;
    }

    @Test
    void fourPartsOfTwoRowsStepAsEightRowsAtOnce() {
        Recipe sgd = recipe(OptimizerChoice.adamW(0.3).with(new Sgd(0.9, false, 0)));
        for (TinyTask t : List.of(TinyTask.encoder(), TinyTask.decoder())) {
            List<Double> whole = new ArrayList<>();
            List<Double> parts = new ArrayList<>();
            Map<String, float[]> once = trained(t, sgd, 1, 3, whole);
            Map<String, float[]> summed = trained(t, sgd, 4, 3, parts);
            for (int i = 0; i < 3; i++) {
                assertThat(parts.get(i)).isCloseTo(whole.get(i), within(1e-6));
            }
            once.forEach((path, w) -> {
                for (int i = 0; i < w.length; i++) {
                    assertThat(summed.get(path)[i]).as("%s %d", path, i).isCloseTo(w[i], within(2e-6f));
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(LayerwiseSampling.Order.class)
    void oneBlockMovesInEachTurnAndStateStaysAsLarge(LayerwiseSampling.Order order) {
        TinyTask t = TinyTask.decoder();
        Recipe r = Methods.recipe("badam", Map.of("batch", "8", "length", "32", "every", "2", "rate", "3e-3"))
                .with(new LayerwiseSampling(1, 2, false, order));
        List<Set<Integer>> turns = new ArrayList<>();
        Set<Long> state = new TreeSet<>();
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, r, t.maker(), t.task(), 11, 100)) {
            BatchSource data = t.batches(8, 32, 11);
            Map<String, float[]> before = values(c, a);
            for (int step = 0; step < 12; step++) {
                List<DeviceBatch> micro = BatchUpload.of(c, data.next(), 1, true);
                a.step(step, micro);
                micro.forEach(DeviceBatch::close);
                state.add(ledger.total(Category.OPTIMIZER));
                if (step % 2 == 1) {
                    Map<String, float[]> now = values(c, a);
                    Set<Integer> moved = new TreeSet<>();
                    for (String path : now.keySet()) {
                        if (!Arrays.equals(now.get(path), before.get(path))) {
                            List<String> blocks = a.model().blocks();
                            moved.add((int) blocks.stream().filter(b -> path.startsWith(b + ".")).map(blocks::indexOf).findFirst().orElse(-1));
                        }
                    }
                    turns.add(moved);
                    before = now;
                }
            }
            long block = a.model().parameters().stream().filter(p -> p.path().startsWith(a.model().blocks().getFirst() + ".")).mapToLong(Parameter::elements).sum();
            assertThat(state).as("moments and float32 copy of one block").containsExactly(12 * block);
        }
        assertThat(turns).allSatisfy(moved -> assertThat(moved).hasSize(1).doesNotContain(-1));
        List<Integer> turn = turns.stream().map(s -> s.iterator().next()).toList();
        switch (order) {
            case ASCENDING -> assertThat(turn).containsExactly(0, 1, 2, 0, 1, 2);
            case DESCENDING -> assertThat(turn).containsExactly(2, 1, 0, 2, 1, 0);
            case RANDOM -> {
                assertThat(turn.subList(0, 3)).containsExactlyInAnyOrder(0, 1, 2);
                assertThat(turn.subList(3, 6)).containsExactlyInAnyOrder(0, 1, 2);
            }
            case DRAWN -> assertThat(turn).allMatch(i -> i >= 0 && i < 3);
        }
    }

    private static Map<String, float[]> values(TorchCompute c, Assembly a) {
        Map<String, float[]> out = new LinkedHashMap<>();
        a.parameters().forEach(p -> out.put(p.path(), c.floats(p.data())));
        return out;
    }

    @Test
    void badamOfOneBlockIsAdamWhoseStateStartsAgainEachTurn() throws Exception {
        TinyTask t = decoder(1, false);
        OptimizerChoice adam = OptimizerChoice.adamW(3e-3);
        SelectorChoice.LayerwiseSampling turns = new LayerwiseSampling(1, 3, false, LayerwiseSampling.Order.RANDOM);
        TinyRun badam = TinyRun.of(t, recipe(adam.with(new DropOnFreeze(3))).with(turns), 10).asPlanned();
        TinyRun reset = TinyRun.of(t, recipe(adam.with(new ResetState(3, Set.of(), 0))).with(new LayerwiseSampling(1, 1000, false)), 10).asPlanned();
        TinyRun kept = TinyRun.of(t, recipe(adam).with(new LayerwiseSampling(1, 1000, false)), 10);
        assertThat(badam.losses()).isEqualTo(reset.losses());
        assertThat(badam.losses()).isNotEqualTo(kept.losses());
    }

    /** What a person may combine freely: every pair of these parts runs, needs what was planned, and learns. */
    @Test
    void combinedPartsNeedWhatWasPlanned() throws Exception {
        OptimizerChoice adam = OptimizerChoice.adamW(3e-3);
        OptimizerChoice.LowRank svd = new OptimizerChoice.LowRank(8, 5, 1);
        OptimizerChoice.Dynamic8State codes = new OptimizerChoice.Dynamic8State(64, 200);
        List<OptimizerChoice> mixes = List.of(adam.with(svd).with(codes), adam.with(codes).steppingInBackward(true), adam.with(svd).with(codes).with(OptimizerChoice.HostState.offloaded()),
                adam.with(OptimizerChoice.Lion.standard(0)).with(codes).with(new OptimizerChoice.HostState(0, true)).with(new OptimizerChoice.Schedule(5e-4, 0, OptimizerChoice.Schedule.Shape.CONSTANT)),
                adam.with(svd).with(new ResetState(4, Set.of(), 2)).with(OptimizerChoice.HostState.offloaded()).steppingInBackward(true),
                adam.with(new OptimizerChoice.LowRank(OptimizerChoice.LowRank.Law.RANDOM, 8, 5, 1, true)).with(new OptimizerChoice.Bf16State()));
        for (OptimizerChoice o : mixes) {
            for (ComputeType type : ComputeType.values()) {
                TinyRun run = TinyRun.of(TinyTask.decoder(), recipe(o).with(type), 12).asPlanned();
                assertThat(run.losses().getLast()).as("%s %s", o, type).isLessThan(run.losses().getFirst());
            }
        }
    }

    @Test
    void steppingInTheBackwardPassAndCheckpointsDoNotDisturbEachOther() throws Exception {
        Recipe lomo = recipe(OptimizerChoice.adamW(0.3).with(new Sgd(0)).steppingInBackward(true));
        TinyTask t = decoder(3, true);
        TinyRun kept = TinyRun.of(t, lomo, 5).asPlanned();
        TinyRun again = TinyRun.of(t, lomo.with(new ActivationsChoice.BlockCheckpoint(1)), 5).asPlanned();
        assertThat(again.losses()).isEqualTo(kept.losses());
    }

    /** Four choices, not a method. */
    @Test
    void fourBitWeightsPairsCheckpointsAndEightBitAdamMix() throws Exception {
        Recipe qlora = Methods.recipe("qlora", Map.of("batch", "8", "length", "32", "rank", "4", "alpha", "8", "rate", "3e-3"));
        for (OptimizerChoice.Residence r : List.of(new OptimizerChoice.DeviceState(), new OptimizerChoice.HostState(100, true))) {
            Recipe mixed = qlora.with(qlora.optimizer().with(new OptimizerChoice.Dynamic8State(64, 100)).with(r));
            TinyRun run = TinyRun.of(TinyTask.encoder(), mixed, 14).asPlanned();
            assertThat(run.losses().getLast()).isLessThan(run.losses().getFirst());
        }
    }

    /** A recipe that was stored before the slot had parts trains as the method trains now. */
    @Test
    void aRecipeOfFirstLightTrainsOn() throws Exception {
        for (String method : List.of("galore", "lisa")) {
            String json;
            try (InputStream in = Recipe.class.getResourceAsStream("older/" + method + ".json")) {
                json = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\"length\" : 128", "\"length\" : 32");
            }
            Map<String, String> settings = method.equals("galore") ? Map.of("compute", "bf16", "state", "bf16", "per-layer", "true", "length", "32") : Map.of("length", "32");
            TinyRun then = TinyRun.of(TinyTask.decoder(), Recipe.fromJson(json), 4).asPlanned();
            assertThat(then.losses()).isEqualTo(TinyRun.of(TinyTask.decoder(), Methods.recipe(method, settings), 4).losses());
        }
    }
}
