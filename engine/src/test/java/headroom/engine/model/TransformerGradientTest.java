package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.SavesChoice;
import headroom.engine.recipe.activations.Keepers;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.CrossEntropy;
import headroom.engine.tape.ops.SegmentedCrossEntropy;
import headroom.engine.tape.stack.CheckpointedStack;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransformerGradientTest {
    private static final double STEP = 1e-5;

    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    private static TaskHead headFor(TorchCompute c, Model m, DType dtype) {
        return m.head() == null ? TaskHead.create(c, m.config(), 3, dtype, 9) : null;
    }

    private static List<Parameter> all(Model m, TaskHead head) {
        List<Parameter> all = new ArrayList<>(m.parameters());
        if (head != null) {
            all.addAll(head.parameters());
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyGradientIsTheSlopeOfTheLoss(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            try (Model m = TinyModels.lively(c, DType.F64, config, 0.25); TinyModels.Batch batch = TinyModels.Batch.of(c, config); TinyModels.Sum sum = new TinyModels.Sum(c)) {
                TaskHead head = headFor(c, m, DType.F64);
                List<Parameter> parameters = all(m, head);
                assertThat(parameters).doesNotHaveDuplicates();
                try (Tape tape = TinyModels.tape(c, TinyModels.training(parameters), sum)) {
                    TinyModels.loss(Pass.taped(c, tape, 3, 1), StackDriver.PLAIN, m, head, batch);
                }
                assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(parameters);
                for (Parameter p : parameters) {
                    double[] g = TinyModels.doubles(c, sum.gradients.get(p)).toArray();
                    double[] w = TinyModels.doubles(c, p.data()).toArray();
                    for (int probe = 0; probe < 2; probe++) {
                        int i = (int) Keys.below(Keys.key(0, "probe", p.path(), 0), probe, w.length);
                        // dropout replays by its key, so the loss is a function of the weights alone
                        double up = moved(c, p, w, i, STEP, m, head, batch);
                        double down = moved(c, p, w, i, -STEP, m, head, batch);
                        moved(c, p, w, i, 0, null, null, null);
                        assertThat(g[i]).as(p.path() + "[" + i + "]").isCloseTo((up - down) / (2 * STEP), within(2e-6 * Math.max(1, Math.abs(g[i]))));
                    }
                }
                if (head != null) {
                    head.close();
                }
            }
        }
        assertThat(ledger.total()).isZero();
        assertThat(ledger.openAccounts()).isZero();
    }

    private static double moved(TorchCompute c, Parameter p, double[] w, int i, double by, Model m, TaskHead head, TinyModels.Batch batch) {
        c.overwrite(p.data(), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(w.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int j = 0; j < w.length; j++) {
                b.putDouble(j == i ? w[j] + by : w[j]);
            }
            return b.flip();
        });
        if (m == null) {
            return 0;
        }
        try (TinyModels.Sum none = new TinyModels.Sum(c); Tape nothing = TinyModels.tape(c, TinyModels.training(List.of()), none)) {
            return TinyModels.loss(Pass.taped(c, nothing, 3, 1).withoutTape(), StackDriver.PLAIN, m, head, batch);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aCheckpointedPassGivesTheSameBits(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger);
                Model m = TinyModels.lively(c, DType.F32, config, 0.1);
                TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            TaskHead head = headFor(c, m, DType.F32);
            List<Parameter> parameters = all(m, head);
            Map<Parameter, float[]> plain = gradients(c, m, head, batch, StackDriver.PLAIN, parameters);
            for (CheckpointedStack driver : List.of(new CheckpointedStack(1), new CheckpointedStack(2), new CheckpointedStack(1, Integer.MAX_VALUE, true), new CheckpointedStack(2, 2, true),
                    new CheckpointedStack(1, 1, false), new CheckpointedStack(2, 0, false))) {
                Map<Parameter, float[]> again = gradients(c, m, head, batch, driver, parameters);
                for (Parameter p : parameters) {
                    assertThat(again.get(p)).as(p.path()).isEqualTo(plain.get(p));
                }
            }
            if (head != null) {
                head.close();
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    /** Codes for all that may be coded: gradients point about where they did, the better the more bits. */
    @ParameterizedTest
    @MethodSource("families")
    void gradientsFromCodedSavesAreNearTheExactOnes(String family) {
        ModelConfig config = TinyModels.config(family);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0.1); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            TaskHead head = headFor(c, m, DType.F32);
            List<Parameter> parameters = all(m, head);
            Map<Parameter, float[]> exact = gradients(c, m, head, batch, StackDriver.PLAIN, parameters);
            for (SavesChoice.Code code : List.of(new SavesChoice.Groups(8, 16), new SavesChoice.Float8(DType.F8_E4M3, 16), new SavesChoice.Groups(4, 16))) {
                Map<Parameter, float[]> near = gradients(c, m, head, batch, StackDriver.PLAIN, Keepers.of(c, SavesChoice.CodedSaves.of(code)), parameters);
                double dot = 0;
                double exact2 = 0;
                double near2 = 0;
                for (Parameter p : parameters) {
                    for (int i = 0; i < exact.get(p).length; i++) {
                        dot += (double) exact.get(p)[i] * near.get(p)[i];
                        exact2 += (double) exact.get(p)[i] * exact.get(p)[i];
                        near2 += (double) near.get(p)[i] * near.get(p)[i];
                    }
                }
                assertThat(near).isNotEqualTo(exact);
                assertThat(dot / Math.sqrt(exact2 * near2)).as("cosine with %s", code).isGreaterThan(switch (code) {
                    case SavesChoice.Groups g when g.bits() == 8 -> 0.999;
                    case SavesChoice.Groups g -> 0.9;
                    case SavesChoice.Float8 f -> 0.97;
                    case SavesChoice.SampledRows some -> throw new AssertionError("not among them");
                });
            }
            if (head != null) {
                head.close();
            }
        }
    }

    /** Tied and untied heads: the table that is read at both ends is complete once, and its gradient is that of both. */
    @ParameterizedTest
    @MethodSource("decoders")
    void aLossInSegmentsGivesEveryParameterTheSameGradient(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Model m = TinyModels.lively(c, DType.F64, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            Map<Parameter, double[]> whole = new IdentityHashMap<>();
            Map<Parameter, double[]> parts = new IdentityHashMap<>();
            for (Map<Parameter, double[]> out : List.of(whole, parts)) {
                try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(m.parameters()), sum)) {
                    Pass pass = Pass.taped(c, tape, 3, 1);
                    Value hidden = m.hidden(pass, StackDriver.PLAIN, batch.inputs());
                    Value loss = out == whole ? pass.apply(new CrossEntropy(batch.targets()), m.head().forward(pass, hidden.last()).last())
                            : pass.apply(new SegmentedCrossEntropy(m.head().weight(), null, batch.targets(), 4, false), hidden.last());
                    Tensor ones = c.zeros(Category.WORKSPACE, "loss", DType.F64, loss.tensor().shape());
                    c.apply(CoreKernels.FILL_INTO, ones, 1.0);
                    tape.backward(loss, ones);
                    loss.release();
                    assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(m.parameters());
                    sum.gradients.forEach((p, g) -> out.put(p, TinyModels.doubles(c, g).toArray()));
                }
            }
            for (Parameter p : m.parameters()) {
                assertThat(parts.get(p)).as(p.path()).containsExactly(whole.get(p), within(1e-9));
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    static Stream<String> decoders() {
        return TinyModels.configs().entrySet().stream().filter(e -> !e.getValue().family().isEncoder()).map(Map.Entry::getKey);
    }

    /** Only the last block trains: a segment of two blocks runs just that one again. */
    @Test
    void frozenBlocksAtTheBeginningAreNotRunAgain() {
        ModelConfig config = TinyModels.config("llama");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0); TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            List<Parameter> last = m.parameters().stream().filter(p -> p.path().startsWith(m.blocks().getLast() + ".")).toList();
            List<Long> flops = new ArrayList<>();
            for (StackDriver driver : List.of(StackDriver.PLAIN, new CheckpointedStack(1), new CheckpointedStack(2), new CheckpointedStack(2, Integer.MAX_VALUE, true))) {
                long before = c.flops();
                gradients(c, m, null, batch, driver, last);
                flops.add(c.flops() - before);
            }
            assertThat(flops.get(1)).isGreaterThan(flops.get(0)).isEqualTo(flops.get(2));
            assertThat(flops.get(3)).isEqualTo(flops.get(0));
        }
    }

    private static Map<Parameter, float[]> gradients(TorchCompute c, Model m, TaskHead head, TinyModels.Batch batch, StackDriver driver, List<Parameter> parameters) {
        return gradients(c, m, head, batch, driver, Keeper.WHOLE, parameters);
    }

    private static Map<Parameter, float[]> gradients(TorchCompute c, Model m, TaskHead head, TinyModels.Batch batch, StackDriver driver, Keeper keeper, List<Parameter> parameters) {
        Map<Parameter, float[]> out = new IdentityHashMap<>();
        try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = new Tape(c, TinyModels.training(parameters), keeper, sum)) {
            double loss = TinyModels.loss(Pass.taped(c, tape, 3, 1), driver, m, head, batch);
            assertThat(sum.complete).containsExactlyInAnyOrderElementsOf(parameters);
            for (Map.Entry<Parameter, Tensor> e : sum.gradients.entrySet()) {
                out.put(e.getKey(), c.floats(e.getValue()));
            }
            assertThat(loss).isFinite();
        }
        return out;
    }
}
