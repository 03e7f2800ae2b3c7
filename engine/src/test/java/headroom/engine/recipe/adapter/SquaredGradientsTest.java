package headroom.engine.recipe.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Methods;
import headroom.engine.model.LinearSite;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.stack.StackDriver;
import headroom.engine.train.TinyTask;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SquaredGradientsTest {
    private static final int ROWS = 4;

    private static Recipe recipe() {
        return Methods.recipe("lst", Map.of("width", "4", "start", "fisher", "fisher-batches", "2", "batch", Integer.toString(ROWS), "length", "16"));
    }

    /** Whole gradients of one batch, as a training step would have them. */
    private static Map<Parameter, float[]> gradients(TorchCompute c, Assembly a, DeviceBatch batch, Set<Parameter> wanted) {
        Map<Parameter, float[]> all = new HashMap<>();
        GradientSink sink = new GradientSink() {
            @Override
            public void accept(Parameter p, WeightGradient gradient) {
                try (Tensor whole = gradient.dense(c)) {
                    all.put(p, c.floats(whole));
                }
            }

            @Override
            public void complete(Parameter p) {
                assertThat(wanted).contains(p);
            }
        };
        try (Tape tape = new Tape(c, Trainables.of(Map.of(), wanted), Keeper.WHOLE, sink)) {
            Value losses = a.objective().losses(Pass.taped(c, tape, 1, 1), StackDriver.PLAIN, batch);
            losses.release();
            tape.backward(losses, batch.coefficients().retain());
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "decoder"})
    void squaresAreThoseOfSingleExamples(String model) {
        TinyTask task = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe(), task.maker(), task.task(), 3, 5)) {
            List<DeviceBatch> micro = BatchUpload.of(c, task.batches(ROWS, 16, 7).next(), 1, a.objective().perToken());
            a.prepare(0, micro);
            assertThat(ledger.total(Category.ACTIVATIONS)).isZero();
            SquaredGradients squares = a.adapter().scores();
            Map<Parameter, float[]> sums = new LinkedHashMap<>();
            for (int i = 0; i < ROWS; i++) {
                try (DeviceBatch one = micro.getFirst().row(i)) {
                    gradients(c, a, one, squares.observed()).forEach((p, g) -> {
                        float[] sum = sums.computeIfAbsent(p, k -> new float[g.length]);
                        for (int j = 0; j < g.length; j++) {
                            sum[j] += g[j] * g[j];
                        }
                    });
                }
            }
            Map<Parameter, float[]> together = gradients(c, a, micro.getFirst(), squares.observed());
            assertThat(sums.keySet()).isEqualTo(squares.observed());
            boolean another = false;
            for (LinearSite site : a.model().sites()) {
                Parameter p = site.weight().parameters().getFirst();
                int out = (int) site.out();
                int in = (int) site.in();
                float[] rows = new float[out];
                float[] columns = new float[in];
                double squareOfSum = 0;
                for (int j = 0; j < out * in; j++) {
                    rows[j / in] += sums.get(p)[j];
                    columns[j % in] += sums.get(p)[j];
                    squareOfSum += together.get(p)[j] * together.get(p)[j];
                }
                near(c, squares.of(site, true), rows, site.path());
                near(c, squares.of(site, false), columns, site.path());
                double all = 0;
                for (float r : rows) {
                    all += r;
                }
                another |= Math.abs(all - squareOfSum) > 0.1 * all;
            }
            assertThat(another).as("a square of the batch's gradient would be seen").isTrue();
            micro.forEach(DeviceBatch::close);
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    private static void near(TorchCompute c, Tensor found, float[] wanted, String path) {
        try (found) {
            float[] f = c.floats(found);
            float most = 0;
            for (float w : wanted) {
                most = Math.max(most, w);
            }
            assertThat(f).as(path).containsExactly(wanted, within(1e-4f * most));
        }
    }
}
