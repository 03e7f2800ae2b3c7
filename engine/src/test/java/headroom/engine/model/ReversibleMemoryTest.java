package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.stack.ReversibleStack;
import headroom.engine.tape.stack.ReversibleStack.Wiring;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What two streams keep does not grow with the depth, and is what a dry run says. */
class ReversibleMemoryTest {
    /** Bytes kept when the forward pass is over, for the blocks alone: those of a stack of no block are taken off. */
    private static long kept(int layers, StackDriver driver) {
        Ledger ledger = new Ledger();
        ModelConfig config = ReversibleStackTest.config("bert", layers);
        try (Compute c = new DryCompute(ledger);
                Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0);
                Adapter a = Adapter.attach(c, m, ReversibleStackTest.networks(Wiring.LAYER_FIRST, 0.02), DType.F32, 8);
                Tensor ids = c.zeros(Category.DATA, "ids", DType.I64, Shape.of(18));
                Tensor lengths = c.zeros(Category.DATA, "lengths", DType.I64, Shape.of(2));
                TinyModels.Sum sum = new TinyModels.Sum(c);
                Tape tape = TinyModels.tape(c, TinyModels.training(a.parameters()), sum)) {
            m.hidden(Pass.taped(c, tape, 1, 1), driver, new Model.Inputs(ids, null, lengths, 2, 9)).release();
            assertThat(ledger.total(Category.WORKSPACE)).as("nothing but what is kept stays after the pass").isZero();
            return ledger.total(Category.ACTIVATIONS);
        }
    }

    @Test
    void whatIsKeptDoesNotGrowWithTheDepth() {
        long pair = 2L * 18 * 12 * Float.BYTES;
        for (int layers : new int[] {1, 4, 8, 16}) {
            assertThat(kept(layers, new ReversibleStack(Wiring.LAYER_FIRST, 0.5, 1, 0))).isEqualTo(pair);
            assertThat(kept(layers, new ReversibleStack(Wiring.LAYER_FIRST, 0.5, 1, 3))).isEqualTo((layers + 2) / 3 * pair);
        }
        assertThat(kept(8, StackDriver.PLAIN)).isGreaterThan(kept(4, StackDriver.PLAIN) + 4 * pair);
    }

    /** One step of two depths: peak of activations, and of everything that passes, on both machines. */
    @ParameterizedTest
    @EnumSource(Wiring.class)
    void thePeakOfAStepIsPlannedAndDoesNotGrowWithTheDepth(Wiring wiring) {
        List<Long> passing = new ArrayList<>();
        for (int layers : new int[] {4, 9}) {
            List<Ledger.Peak> peaks = new ArrayList<>();
            for (boolean dry : new boolean[] {true, false}) {
                Ledger ledger = new Ledger();
                ModelConfig config = ReversibleStackTest.config("llama", layers);
                try (Compute c = dry ? new DryCompute(ledger) : TorchCompute.cpu(ledger);
                        Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0.1);
                        Adapter a = Adapter.attach(c, m, ReversibleStackTest.networks(wiring, 0.02), DType.F32, 8);
                        TinyModels.Batch batch = TinyModels.Batch.of(c, config);
                        Tape tape = TinyModels.tape(c, TinyModels.training(a.parameters()), new Forgetting())) {
                    ledger.resetPeak();
                    TinyModels.loss(Pass.taped(c, tape, 3, 1), new ReversibleStack(wiring, 0.5, 0.5, 0), m, null, batch);
                    peaks.add(ledger.peak());
                }
                assertThat(ledger.total()).isZero();
            }
            assertThat(peaks.getLast().bytes()).isEqualTo(peaks.getFirst().bytes());
            assertThat(peaks.getLast().byCategory()).isEqualTo(peaks.getFirst().byCategory());
            passing.add(peaks.getLast().of(Category.ACTIVATIONS) + peaks.getLast().of(Category.WORKSPACE));
        }
        assertThat(passing.getLast()).isEqualTo(passing.getFirst()).isPositive();
    }

    private static final class Forgetting implements GradientSink {
        @Override
        public void accept(Parameter p, WeightGradient gradient) {
            // nothing is added up
        }

        @Override
        public void complete(Parameter p) {
            // nothing is stepped
        }
    }
}
