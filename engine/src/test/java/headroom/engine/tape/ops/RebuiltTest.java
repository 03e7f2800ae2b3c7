package headroom.engine.tape.ops;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Saved;
import headroom.engine.tape.Support;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.WeightGradient;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Outputs that their operation can make again: not kept, and the same gradients to the bit. */
class RebuiltTest {
    private static final long ROWS = 6;
    private static final long WIDTH = 8;
    private static final long TENSOR = ROWS * WIDTH * Float.BYTES;
    /** Keeps everything itself. */
    private static final Keeper BOTH = new Keeper() {
        @Override
        public Saved keep(Context context, Tensor tensor) {
            return WHOLE.keep(context, tensor);
        }

        @Override
        public boolean rebuilds(Role source, Role asked) {
            return false;
        }
    };

    private final Ledger ledger = new Ledger();
    private final Compute compute = TorchCompute.cpu(ledger);
    private long kept;

    @AfterEach
    void close() {
        compute.close();
    }

    private Tensor random(long key, long... dims) {
        Tensor t = compute.zeros(Category.WEIGHTS, "weights", DType.F32, Shape.of(dims));
        compute.apply(RandomKernels.ADD_NORMAL_INTO, t, key, 0L, 1.0);
        return t;
    }

    private final class Sums implements GradientSink {
        final Map<String, float[]> gradients = new HashMap<>();

        @Override
        public void accept(Parameter p, WeightGradient gradient) {
            try (Tensor g = gradient.dense(compute)) {
                gradients.put(p.path(), compute.floats(g));
            }
        }

        @Override
        public void complete(Parameter p) {}
    }

    /** Gradients of everything, after a forward pass in which {@code kept} bytes stayed. */
    private Map<String, float[]> run(Keeper keeper, List<Parameter> parameters, BiFunction<Pass, Value, Value> program) {
        Map<Parameter, Trainables.Trained> all = new LinkedHashMap<>();
        parameters.forEach(p -> all.put(p, new Trainables.Trained(Support.ALL, "all")));
        Sums sums = new Sums();
        try (Tape tape = new Tape(compute, Trainables.of(all, Set.of()), keeper, sums)) {
            Value x = tape.leaf(random(1, ROWS, WIDTH));
            Value y = program.apply(Pass.taped(compute, tape, 1, 1), x);
            Tensor dy = random(2, y.tensor().shape().dims());
            y.release();
            kept = ledger.total(Category.ACTIVATIONS);
            tape.backward(y, dy);
            try (Tensor dx = Tape.takeGradient(x)) {
                sums.gradients.put("x", compute.floats(dx));
            }
        }
        assertThat(ledger.total(Category.ACTIVATIONS)).isZero();
        return sums.gradients;
    }

    private void same(List<Parameter> parameters, BiFunction<Pass, Value, Value> program, long saved) {
        Map<String, float[]> whole = run(BOTH, parameters, program);
        long before = kept;
        Map<String, float[]> rebuilt = run(Keeper.WHOLE, parameters, program);
        assertThat(before - kept).isEqualTo(saved);
        assertThat(rebuilt).hasSameSizeAs(whole).allSatisfy((path, g) -> assertThat(g).as(path).isEqualTo(whole.get(path)));
        parameters.forEach(Parameter::close);
        assertThat(ledger.total(Category.WEIGHTS)).isZero();
    }

    private Parameter matrix(String path, long key) {
        return new Parameter(path, Parameter.Role.MATRIX, random(key, WIDTH, WIDTH));
    }

    private Parameter vector(String path, long key) {
        return new Parameter(path, Parameter.Role.NORM, random(key, WIDTH));
    }

    @Test
    void anActivationThatOnlyAWeightGradientNeedsIsMadeAgain() {
        Parameter w = matrix("w", 3);
        same(List.of(w), (pass, x) -> pass.apply(new Linear(new DenseWeight(w), null), pass.apply(new Activation(Activation.Function.GELU), x.last()).last()), TENSOR);
    }

    @Test
    void threeReadersOfANormShareWhatIsMadeAgain() {
        Parameter gain = vector("gain", 3);
        Parameter shift = vector("shift", 4);
        Parameter q = matrix("q", 5);
        Parameter k = matrix("k", 6);
        same(List.of(gain, shift, q, k), (pass, x) -> {
            Value n = pass.apply(new Norms.Layer(gain, shift, 1e-5), x.last());
            Value a = pass.apply(new Linear(new DenseWeight(q), null), n);
            Value b = pass.apply(new Linear(new DenseWeight(k), null), n);
            return pass.apply(new Add(), n.last(), pass.apply(new Add(), a.last(), b.last()).last());
        }, TENSOR);
    }

    @Test
    void anOutputThatIsWrittenOverIsKeptAsItBecame() {
        Parameter gain = vector("gain", 3);
        Parameter gate = vector("gate", 4);
        Parameter w = matrix("w", 5);
        // the gate keeps what it read, which can be made again, and writes over it; the site keeps what came of it
        same(List.of(gain, gate, w), (pass, x) -> {
            Value n = pass.apply(new Norms.Rms(gain, 1e-5), x.last());
            Value z = pass.apply(new Gate(gate), n.last());
            return pass.apply(new Linear(new DenseWeight(w), null), z.last());
        }, TENSOR);
    }
}
