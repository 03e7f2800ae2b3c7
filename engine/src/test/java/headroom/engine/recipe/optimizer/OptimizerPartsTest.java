package headroom.engine.recipe.optimizer;

import static headroom.engine.recipe.optimizer.Steps.gradients;
import static headroom.engine.recipe.optimizer.Steps.model;
import static headroom.engine.recipe.optimizer.Steps.noise;
import static headroom.engine.recipe.optimizer.Steps.run;
import static headroom.engine.recipe.optimizer.Steps.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.OptimizerChoice.Adafactor;
import headroom.engine.recipe.OptimizerChoice.AdamW;
import headroom.engine.recipe.OptimizerChoice.ApolloScaling;
import headroom.engine.recipe.OptimizerChoice.Bf16State;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.recipe.OptimizerChoice.DropOnFreeze;
import headroom.engine.recipe.OptimizerChoice.Dynamic8State;
import headroom.engine.recipe.OptimizerChoice.Group;
import headroom.engine.recipe.OptimizerChoice.HostState;
import headroom.engine.recipe.OptimizerChoice.Lion;
import headroom.engine.recipe.OptimizerChoice.LowRank;
import headroom.engine.recipe.OptimizerChoice.ResetState;
import headroom.engine.recipe.OptimizerChoice.Sgd;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of the optimizer slot, each by what it promises: timing, clipping, residence, lifecycle, groups, and that all of them save and restore. */
class OptimizerPartsTest {
    private static final OptimizerChoice ADAM = Steps.constant(0.01, AdamW.standard(0.1));

    @Test
    void lomoIsSgdWithoutMomentumToTheBit() {
        OptimizerChoice sgd = Steps.constant(0.1, new Sgd(0.1)).with(new Clip.PerTensor(1));
        try (Steps boundary = model(sgd, DType.F32); Steps fused = model(sgd.steppingInBackward(true), DType.F32)) {
            run(boundary, 0, 4);
            run(fused, 0, 4);
            same(boundary, fused);
        }
    }

    @Test
    void aFirstPassForTheNormMakesGlobalClippingExactInTheBackwardPass() {
        OptimizerChoice adam = ADAM.with(new Clip.Global(0.5, true));
        try (Steps boundary = model(adam, DType.F32); Steps fused = model(adam.steppingInBackward(true), DType.F32);
                Steps each = model(ADAM.with(new Clip.Global(0.5, false)).steppingInBackward(true), DType.F32)) {
            for (int t = 0; t < 3; t++) {
                double norm = boundary.step(gradients(t));
                assertThat(norm).isGreaterThan(0.5);
                assertThat(fused.step(gradients(t))).as("the norm that is shown").isEqualTo(norm, within(1e-6));
                each.step(gradients(t));
            }
            same(boundary, fused);
            assertThat(each.weight("a")).isNotEqualTo(boundary.weight("a"));
        }
    }

    @Test
    void steppingInTheBackwardPassKeepsOneGradientAtATime() {
        for (OptimizerChoice.Rule rule : List.of(new Sgd(0), Adafactor.standard(false))) {
            long[] most = new long[2];
            for (int k = 0; k < 2; k++) {
                try (Steps s = model(Steps.constant(0.01, rule).steppingInBackward(k == 1), DType.F32)) {
                    int at = k;
                    s.ledger.watch(new Ledger.Watcher() {
                        @Override
                        public void changed(Ledger ledger, Account account, boolean opened) {
                            // the test makes a gradient in float64 first; only what the optimizer holds counts
                            long held = ledger.accounts().stream().filter(a -> a.category() == Category.GRADIENTS && !a.what().equals("upload")).mapToLong(Account::bytes).sum();
                            most[at] = Math.max(most[at], held);
                        }
                    });
                    run(s, 0, 2);
                }
            }
            assertThat(most[1]).as("the largest gradient").isEqualTo(4L * 20 * 33);
            assertThat(most[0]).as("all gradients").isEqualTo(4L * (20 * 33 + 40 * 12 + 50 * 12 + 33));
        }
    }

    @Test
    void clippingBoundsElementsTensorsOrAll() {
        Map<Clip, double[]> expected = new LinkedHashMap<>();
        // gradients (3, 4) and (0, 12): norms 5, 12 and 13
        expected.put(new Clip.None(), new double[] {3, 4, 0, 12});
        expected.put(new Clip.Value(3.5), new double[] {3, 3.5, 0, 3.5});
        expected.put(new Clip.PerTensor(1), new double[] {0.6, 0.8, 0, 1});
        expected.put(new Clip.Global(1, false), new double[] {3 / 13.0, 4 / 13.0, 0, 12 / 13.0});
        expected.forEach((clip, g) -> {
            try (Steps s = new Steps(Steps.constant(1, new Sgd(0)).with(clip))) {
                s.add("x", Parameter.Role.MATRIX, DType.F32, i -> 0, 2);
                s.add("y", Parameter.Role.MATRIX, DType.F32, i -> 0, 2);
                double norm = s.step(Map.of("x", i -> 3 + i, "y", i -> 12 * i));
                assertThat(norm).isCloseTo(13, within(1e-5));
                for (int i = 0; i < 4; i++) {
                    assertThat((double) -s.weight(i < 2 ? "x" : "y")[i % 2]).as("%s %d", clip, i).isCloseTo(g[i], within(1e-5));
                }
                assertThat(s.optimizer.squares().get("y")).isCloseTo(144, within(1e-3));
            }
        });
    }

    @Test
    void aGroupHasItsRateItsDecayItsClipAndItsFloor() {
        OptimizerChoice c = Steps.constant(1, new Sgd(0.1)).withGroup("b", Group.atRate(16)).withGroup("plain", new Group(1, false, new Clip.Value(0.5), null))
                .withGroup("scales", new Group(1, false, null, 0.9));
        try (Steps s = new Steps(c)) {
            for (String group : List.of("main", "b", "plain", "scales")) {
                s.add(group, Parameter.Role.MATRIX, DType.F32, i -> 1, group, 1);
            }
            s.step(Map.of("main", i -> 1, "b", i -> 1, "plain", i -> 1, "scales", i -> 1));
            assertThat(s.weight("main")[0]).isCloseTo(-0.1f, within(1e-6f));
            assertThat(s.weight("b")[0]).isCloseTo(1 - 16 * 1.1f, within(1e-5f));
            assertThat(s.weight("plain")[0]).isEqualTo(0.5f);
            assertThat(s.weight("scales")[0]).isEqualTo(0.9f);
        }
    }

    static Stream<OptimizerChoice> parts() {
        LowRank svd = new LowRank(4, 3, 0.5);
        LowRank random = new LowRank(LowRank.Law.RANDOM, 4, 3, 1, true);
        Dynamic8State codes = new Dynamic8State(64, 500);
        ApolloScaling apollo = new ApolloScaling(AdamW.standard(0.1), false, 1.01);
        return Stream.of(ADAM, ADAM.with(new Bf16State()).withMaster(false), ADAM.with(codes), ADAM.with(svd), ADAM.with(svd).with(new Dynamic8State(64, 50)), ADAM.with(random),
                ADAM.with(new Sgd(0.9, true, 0.1)), ADAM.with(new Sgd(0.9, false, 0.1)).with(codes), ADAM.with(Lion.standard(0.1)).with(codes), ADAM.with(Lion.standard(0.1)).with(svd),
                ADAM.with(Adafactor.standard(true)), ADAM.with(new Adafactor(0.9, 0.8, 1, false, true, 0.1)), ADAM.with(apollo).with(random),
                ADAM.with(new ApolloScaling(AdamW.standard(0), true, 1.01)).with(new LowRank(LowRank.Law.RANDOM, 1, 200, 128, false)), ADAM.with(apollo).with(svd).with(codes),
                ADAM.with(HostState.offloaded()), ADAM.with(new HostState(500, true)).with(codes), ADAM.with(HostState.offloaded()).with(svd), ADAM.with(new ResetState(3, Set.of(), 2)),
                ADAM.with(new DropOnFreeze(2)).steppingInBackward(true));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void savedAndRestoredItGoesOnBitForBit(OptimizerChoice choice) {
        for (DType type : List.of(DType.F32, DType.BF16)) {
            try (Steps whole = model(choice, type); Steps first = model(choice, type); Steps second = model(choice, type)) {
                run(whole, 0, 8);
                run(first, 0, 4);
                Steps.Saved saved = first.saved();
                for (String path : first.parameters.keySet()) {
                    second.compute.overwrite(second.parameters.get(path).data(), () -> first.compute.download(first.parameters.get(path).data()));
                }
                second.optimizer.restore(saved, second.parameters.values());
                second.step = 4;
                assertThat(second.ledger.total(Category.OPTIMIZER)).as("state lies where it lay").isLessThanOrEqualTo(first.ledger.total(Category.OPTIMIZER));
                assertThat(second.ledger.total(Tier.HOST)).isLessThanOrEqualTo(first.ledger.total(Tier.HOST));
                run(second, 4, 8);
                same(whole, second);
                assertThat(whole.weight("a")).isNotEqualTo(first.weight("a"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("parts")
    void nothingStaysBookedOnceItIsClosed(OptimizerChoice choice) {
        Steps s = model(choice, DType.BF16);
        run(s, 0, 2);
        s.close();
        assertThat(s.ledger.openAccounts()).isZero();
    }

    @Test
    void apolloMiniKeepsTwoNumbersPerChannelOfTheLargerSide() {
        OptimizerChoice mini = ADAM.with(new ApolloScaling(AdamW.standard(0), true, 1.01)).with(new LowRank(LowRank.Law.RANDOM, 1, 200, 128, false));
        try (Steps s = new Steps(mini)) {
            s.add("a", Parameter.Role.MATRIX, DType.F32, noise(1), 20, 33);
            s.step("a", noise(2));
            assertThat(s.ledger.total(Category.OPTIMIZER)).as("and one norm").isEqualTo(4 * (2 * 33 + 1));
        }
    }

    @Test
    void theSameSeedDrawsTheSameSubspace() {
        OptimizerChoice random = ADAM.with(new LowRank(LowRank.Law.RANDOM, 4, 3, 1, false));
        try (Steps x = model(random, DType.F32); Steps y = model(random, DType.F32)) {
            run(x, 0, 5);
            run(y, 0, 5);
            same(x, y);
            assertThat(x.saved().names()).noneMatch(n -> n.endsWith(".basis"));
        }
    }

    @Test
    void aResetStartsMomentsAndClockAgainAndTheRateRisesSlowly() {
        OptimizerChoice reset = Steps.constant(1, AdamW.standard(0)).with(new ResetState(3, Set.of("main"), 2));
        try (Steps s = new Steps(reset)) {
            s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 0, 1);
            s.add("other", Parameter.Role.MATRIX, DType.F32, i -> 0, "else", 1);
            float[] at = new float[6];
            for (int t = 0; t < 5; t++) {
                double g = t < 3 ? 1 : -1;
                s.step(Map.of("w", i -> g, "other", i -> g));
                at[t] = s.weight("w")[0];
            }
            assertThat(at[2]).isCloseTo(-3, within(1e-4f));
            assertThat(at[3]).as("the first step after the reset: full size in the new direction, at half the rate").isCloseTo(-2.5f, within(1e-4f));
            assertThat(at[4]).isCloseTo(-1.5f, within(1e-4f));
            assertThat(s.weight("other")[0]).as("of another group: its moments still point the old way").isLessThan(-3f);
            assertThat(s.saved().number("optimizer.w.clock")).isEqualTo(2);
            assertThat(s.saved().number("optimizer.other.clock")).isEqualTo(5);
        }
    }

    @Test
    void stateOfWhatFreezesIsDroppedWithItsMasterCopy() {
        try (Steps s = model(ADAM.with(new DropOnFreeze(0)), DType.BF16)) {
            run(s, 0, 1);
            Parameter a = s.parameters.get("a");
            s.trainables = Trainables.of(Map.of(a, new Trainables.Trained(Support.ALL, "main")), Set.of());
            run(s, 1, 2);
            assertThat(s.ledger.total(Category.OPTIMIZER)).isEqualTo(12 * a.elements());
            assertThat(s.optimizer.holds(a)).isTrue();
            assertThat(s.optimizer.holds(s.parameters.get("b"))).isFalse();
        }
    }

    @Test
    void stateFollowsACutAndAMove() {
        try (Steps s = new Steps(Steps.constant(0, new Sgd(0.5, false, 0)))) {
            Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 0, 3, 2);
            s.step("w", i -> i + 1);
            s.optimizer.moveState(p, Tier.HOST);
            assertThat(s.ledger.total(Tier.HOST)).isEqualTo(24);
            s.step("w", i -> 0);
            assertThat(s.ledger.total(Tier.HOST)).as("the recipe wants it on the device").isZero();
            try (Tensor kept = s.tensor(Category.DATA, "ids", DType.I64, i -> 2 - 2 * i, 2)) {
                s.optimizer.sliceState(p, kept);
            }
            assertThat(s.ledger.total(Category.OPTIMIZER)).isEqualTo(16);
            assertThat(floats(s.saved(), "optimizer.w.b")).containsExactly(2.5f, 3, 0.5f, 1);
        }
    }

    @Test
    void aStepAlongSeveralDirectionsDecaysOnce() {
        try (Steps s = new Steps(Steps.constant(0.1, new Sgd(0.5)))) {
            s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 1, 3);
            s.optimizer.begin(0, s.trainables);
            for (int d = 0; d < 4; d++) {
                s.optimizer.move(new Direction(7, 0, d), 0);
            }
            assertThat(s.weight("w")).containsOnly(0.95f);
            assertThat(s.ledger.total(Category.OPTIMIZER)).isZero();
        }
    }

    @Test
    void codesOfBlocksCannotFollowACut() {
        try (Steps s = new Steps(ADAM.with(new Dynamic8State(64, 0)))) {
            Parameter p = s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 0, 4, 1);
            s.step("w", i -> i + 1);
            try (Tensor kept = s.tensor(Category.DATA, "ids", DType.I64, i -> i, 3)) {
                assertThatThrownBy(() -> s.optimizer.sliceState(p, kept)).hasMessageContaining("8-bit codes").hasMessageContaining("use Float32State");
            }
        }
    }

    private static float[] floats(Steps.Saved s, String name) {
        FloatBuffer b = s.data(name).asFloatBuffer();
        float[] out = new float[b.remaining()];
        b.get(out);
        return out;
    }

    @Test
    void observersSeeEveryGradientBeforeItIsClippedAndWhatIsOnlyObservedIsNeitherSteppedNorCounted() {
        for (boolean fused : new boolean[] {false, true}) {
            try (Steps s = new Steps(Steps.constant(1, new Sgd(0)).with(new Clip.PerTensor(1)).steppingInBackward(fused))) {
                Parameter w = s.add("w", Parameter.Role.MATRIX, DType.F32, i -> 0, 2);
                Parameter frozen = s.add("frozen", Parameter.Role.MATRIX, DType.F32, i -> 0, 2);
                s.trainables = Trainables.of(Map.of(w, new Trainables.Trained(Support.ALL, "main")), Set.of(frozen));
                List<String> heard = new ArrayList<>();
                s.optimizer.observe(new GradientObserver() {
                    @Override
                    public void beforeStep(Parameter p, Tensor gradient) {
                        heard.add("before " + p.path() + " " + s.compute.floats(gradient)[1] + " at " + s.weight("w")[1]);
                    }

                    @Override
                    public void afterStep(Parameter p, Tensor gradient) {
                        heard.add("after " + p.path() + " at " + s.weight("w")[1]);
                    }

                    @Override
                    public void boundary(long step) {
                        heard.add("boundary " + step);
                    }
                });
                Map<String, IntToDoubleFunction> g = new LinkedHashMap<>();
                g.put("frozen", i -> 7);
                g.put("w", i -> 4 * i);
                assertThat(s.step(g)).isEqualTo(4);
                assertThat(heard).containsExactly("before frozen 7.0 at 0.0", "before w 4.0 at 0.0", "after w at -1.0", "boundary 0");
                assertThat(s.weight("frozen")).containsOnly(0f);
                assertThat(s.ledger.total(Category.GRADIENTS)).isZero();
            }
        }
    }

    /** Checkpoints written before the slot had parts: the same names, and a number for the side of the basis. */
    @Test
    void stateOfFirstLightIsRead() {
        try (Steps now = model(ADAM.with(new LowRank(4, 3, 0.5)), DType.BF16)) {
            run(now, 0, 2);
            Steps.Saved s = now.saved();
            assertThat(s.names()).contains("optimizer.a.m", "optimizer.a.v", "optimizer.a.master", "optimizer.a.basis", "optimizer.bias.m");
            s.numbers().put("optimizer.a.basis.left", 1L);
            try (Steps then = model(ADAM.with(new LowRank(4, 3, 0.5)), DType.BF16)) {
                then.optimizer.restore(s, then.parameters.values());
                assertThat(then.saved().names()).containsExactlyInAnyOrderElementsOf(s.names());
                assertThat(then.saved().number("optimizer.a.clock")).isEqualTo(2);
            }
        }
    }
}
