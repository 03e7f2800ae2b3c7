package headroom.engine.recipe.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.WeightGradient;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;

/** An optimizer with parameters of its own, stepped along gradients that a test gives: what a tape would hand over, without a tape. */
final class Steps implements AutoCloseable {
    final Ledger ledger = new Ledger();
    final TorchCompute compute = TorchCompute.cpu(ledger);
    final Map<String, Parameter> parameters = new LinkedHashMap<>();
    final Map<Parameter, Trainables.Trained> trained = new LinkedHashMap<>();
    final OptimizerChoice choice;
    final Optimizer optimizer;
    Trainables trainables;
    long step;

    Steps(OptimizerChoice choice) {
        this.choice = choice;
        this.optimizer = new Optimizer(compute, choice, p -> p.role() == Parameter.Role.MATRIX, 1000, 5);
    }

    /** A choice without schedule and clipping. */
    static OptimizerChoice constant(double rate, OptimizerChoice.Rule rule) {
        return OptimizerChoice.of(rule, new OptimizerChoice.Schedule(rate, 0, OptimizerChoice.Schedule.Shape.CONSTANT));
    }

    Parameter add(String path, Parameter.Role role, DType type, IntToDoubleFunction value, long... dims) {
        return add(path, role, type, value, "main", dims);
    }

    Parameter add(String path, Parameter.Role role, DType type, IntToDoubleFunction value, String group, long... dims) {
        Parameter p = new Parameter(path, role, tensor(Category.WEIGHTS, path, type, value, dims));
        parameters.put(path, p);
        trained.put(p, new Trainables.Trained(Support.ALL, group));
        trainables = Trainables.of(trained, Set.of());
        return p;
    }

    Tensor tensor(Category category, String owner, DType type, IntToDoubleFunction value, long... dims) {
        Shape shape = Shape.of(dims);
        try (Tensor wide = compute.upload(category, owner, DType.F64, shape, () -> {
            ByteBuffer b = ByteBuffer.allocate((int) shape.elements() * 8).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < shape.elements(); i++) {
                b.putDouble(value.applyAsDouble(i));
            }
            return b.flip();
        })) {
            return compute.call(CoreKernels.CAST, wide, (long) type.torchCode()).book(category, owner);
        }
    }

    /** One step along gradients by path, in the order given, as a backward pass would bring them. */
    double step(Map<String, IntToDoubleFunction> gradients) {
        optimizer.begin(step++, trainables);
        if (optimizer.wantsNormFirst()) {
            optimizer.measuring(true);
            backward(gradients);
            optimizer.measuring(false);
        }
        backward(gradients);
        return optimizer.boundary();
    }

    private void backward(Map<String, IntToDoubleFunction> gradients) {
        optimizer.microBatch(true);
        gradients.forEach((path, g) -> {
            Parameter p = parameters.get(path);
            if (trainables.wants(p)) {
                optimizer.accept(p, gradient(p, g));
                optimizer.complete(p);
            }
        });
    }

    double step(String path, IntToDoubleFunction gradient) {
        return step(Map.of(path, gradient));
    }

    private WeightGradient gradient(Parameter p, IntToDoubleFunction value) {
        return new WeightGradient() {
            @Override
            public Parameter parameter() {
                return p;
            }

            @Override
            public Tensor dense(Compute c) {
                return tensor(Category.GRADIENTS, p.path(), p.dtype(), value, p.shape().dims());
            }

            @Override
            public void addTo(Compute c, Tensor sum) {
                try (Tensor g = dense(c)) {
                    c.apply(ElementwiseKernels.ADD_INTO, sum, g);
                }
            }

            @Override
            public Tensor rows(Compute c, long from, long to) {
                try (Tensor g = dense(c); Tensor rows = g.rows(from, to)) {
                    return c.call(CoreKernels.COPY, rows);
                }
            }
        };
    }

    float[] weight(String path) {
        return compute.floats(parameters.get(path).data());
    }

    /** Bytes of what the optimizer saves, by name, and its numbers. */
    Saved saved() {
        Saved s = new Saved(compute, new LinkedHashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        optimizer.save(s);
        return s;
    }

    /** A checkpoint in memory. */
    record Saved(Compute compute, Map<String, byte[]> bytes, Map<String, DType> types, Map<String, Shape> shapes, Map<String, Long> numbers) implements State.Writer, State.Reader {
        @Override
        public void tensor(String name, Tensor t) {
            ByteBuffer b = compute.download(t);
            byte[] copy = new byte[b.remaining()];
            b.get(copy);
            bytes.put(name, copy);
            types.put(name, t.dtype());
            shapes.put(name, t.shape());
        }

        @Override
        public void data(String name, DType type, Shape shape, Supplier<ByteBuffer> data) {
            ByteBuffer b = data.get();
            byte[] copy = new byte[b.remaining()];
            b.get(copy);
            bytes.put(name, copy);
            types.put(name, type);
            shapes.put(name, shape);
        }

        @Override
        public void number(String name, long value) {
            numbers.put(name, value);
        }

        @Override
        public Set<String> tensors() {
            return bytes.keySet();
        }

        @Override
        public DType dtype(String name) {
            return types.get(name);
        }

        @Override
        public Shape shape(String name) {
            return shapes.get(name);
        }

        @Override
        public ByteBuffer data(String name) {
            return ByteBuffer.wrap(bytes.get(name)).order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public long number(String name) {
            return numbers.get(name);
        }

        List<String> names() {
            return new ArrayList<>(bytes.keySet());
        }
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.values().forEach(Parameter::close);
        compute.close();
    }

    static IntToDoubleFunction noise(long key) {
        return i -> Keys.uniform(key, i) - 0.5;
    }

    /** Two matrices, a table and a vector. */
    static Steps model(OptimizerChoice c, DType type) {
        Steps s = new Steps(c);
        s.add("a", Parameter.Role.MATRIX, type, noise(1), 20, 33);
        s.add("b", Parameter.Role.MATRIX, type, noise(2), 40, 12);
        s.add("table", Parameter.Role.EMBEDDING, type, noise(3), 50, 12);
        s.add("bias", Parameter.Role.BIAS, type, noise(4), 33);
        return s;
    }

    static Map<String, IntToDoubleFunction> gradients(long step) {
        Map<String, IntToDoubleFunction> g = new LinkedHashMap<>();
        for (String path : List.of("a", "b", "table", "bias")) {
            g.put(path, noise(Keys.key(step, "gradient", path, 0)));
        }
        return g;
    }

    static void run(Steps s, int from, int to) {
        for (int t = from; t < to; t++) {
            s.step(gradients(t));
        }
    }

    static void same(Steps x, Steps y) {
        for (String path : x.parameters.keySet()) {
            assertThat(x.weight(path)).as(path).containsExactly(y.weight(path));
        }
    }
}
