package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three texts in rows of their own, and the same texts in two rows, in float64: one loss, one gradient. */
class PackedTextsTest {
    private static final int T = 6;
    private static final int[] LENGTHS = {6, 4, 1};

    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    private static int id(int text, int place, ModelConfig c) {
        return (int) Keys.below(31 + text, place, c.vocab());
    }

    /** Alone: a text a row, the rest padding. */
    private static TinyModels.Batch alone(TorchCompute c, ModelConfig config) {
        int[] ids = new int[3 * T];
        int[] targets = new int[3 * T];
        Arrays.fill(targets, -100);
        for (int text = 0; text < 3; text++) {
            for (int j = 0; j < LENGTHS[text]; j++) {
                ids[text * T + j] = id(text, j, config);
                targets[text * T + j] = id(text, j + 1, config);
            }
        }
        return new TinyModels.Batch(new Model.Inputs(TinyModels.integers(c, ids), null, TinyModels.integers(c, LENGTHS), 3, T),
                config.family().isEncoder() ? TinyModels.integers(c, 0, 2, 1) : TinyModels.integers(c, targets), ids, null, LENGTHS);
    }

    /** Packed: the first text fills a row, the others share one; a row has two slots, so that one stays empty. */
    private static TinyModels.Batch packed(TorchCompute c, ModelConfig config, List<Tensor> more) {
        int[] ids = new int[2 * T];
        int[] targets = new int[2 * T];
        int[] slots = new int[2 * T];
        int[] positions = new int[2 * T];
        Arrays.fill(targets, -100);
        Arrays.fill(slots, -1);
        int[] at = {0, T, T + 4};
        int[] slot = {0, 2, 3};
        for (int text = 0; text < 3; text++) {
            for (int j = 0; j < LENGTHS[text]; j++) {
                ids[at[text] + j] = id(text, j, config);
                targets[at[text] + j] = id(text, j + 1, config);
                slots[at[text] + j] = slot[text];
                positions[at[text] + j] = j;
            }
        }
        int[] lengths = {6, 5};
        Model.Texts texts = new Model.Texts(TinyModels.integers(c, slots), TinyModels.integers(c, positions), 4);
        more.add(texts.slots());
        more.add(texts.positions());
        return new TinyModels.Batch(new Model.Inputs(TinyModels.integers(c, ids), null, TinyModels.integers(c, lengths), 2, T, texts),
                config.family().isEncoder() ? TinyModels.integers(c, 0, -100, 2, 1) : TinyModels.integers(c, targets), ids, null, lengths);
    }

    private static Map<Parameter, double[]> gradients(TorchCompute c, Model m, TaskHead head, TinyModels.Batch batch, List<Parameter> parameters, double[] loss) {
        Map<Parameter, double[]> out = new IdentityHashMap<>();
        try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(parameters), sum)) {
            loss[0] = TinyModels.loss(Pass.taped(c, tape, 3, 1), StackDriver.PLAIN, m, head, batch);
            sum.gradients.forEach((p, g) -> out.put(p, TinyModels.doubles(c, g).toArray()));
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("families")
    void packedTextsLearnWhatTheyLearnAlone(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        List<Tensor> more = new ArrayList<>();
        try (TorchCompute c = TorchCompute.cpu(ledger); Model m = TinyModels.lively(c, DType.F64, config, 0); TinyModels.Batch alone = alone(c, config);
                TinyModels.Batch packed = packed(c, config, more)) {
            TaskHead head = config.family().isEncoder() ? TaskHead.create(c, config, 3, DType.F64, 5) : null;
            List<Parameter> parameters = new ArrayList<>(m.parameters());
            if (head != null) {
                parameters.addAll(head.parameters());
            }
            double[] one = new double[1];
            double[] several = new double[1];
            Map<Parameter, double[]> expected = gradients(c, m, head, alone, parameters, one);
            Map<Parameter, double[]> found = gradients(c, m, head, packed, parameters, several);
            assertThat(several[0]).isCloseTo(one[0], within(1e-9));
            for (Parameter p : parameters) {
                assertThat(found.get(p)).as(p.path()).containsExactly(expected.get(p), within(1e-8));
            }
            if (head != null) {
                head.close();
            }
            more.forEach(Tensor::close);
        }
        assertThat(ledger.openAccounts()).isZero();
    }
}
