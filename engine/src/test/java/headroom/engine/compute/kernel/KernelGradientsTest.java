package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backward kernel against central differences of its forward kernel in float64: for a random direction c, d(Σ c ⊙ y)/dx element by element. */
class KernelGradientsTest {
    private static final double STEP = 1e-5;

    private static TorchCompute torch;

    /** Gradients of some arguments, computed by the kernels under test from the arguments, the outputs and dy. */
    @FunctionalInterface
    private interface Backward {
        Tensor[] gradients(Object[] x, Tensor[] y, Tensor dy);
    }

    private record Case(String name, Kernel forward, Samples.Maker arguments, int[] wanted, Backward backward) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void open() {
        torch = TorchCompute.cpu(new Ledger());
    }

    @AfterAll
    static void close() {
        torch.close();
    }

    static Stream<Case> cases() {
        List<Case> all = new ArrayList<>();
        linear(all);
        elementwise(all);
        norm(all);
        attention(all);
        rest(all);
        factors(all);
        return all.stream();
    }

    private static void linear(List<Case> all) {
        all.add(new Case("linear_bias", LinearKernels.LINEAR_BIAS, s -> s.args(s.real(4, 3), s.real(2, 3), s.real(2)), new int[] {0, 1, 2},
                (x, y, dy) -> of(call(LinearKernels.LINEAR_DX, dy, x[1]), call(LinearKernels.LINEAR_DW, dy, x[0]), call(LinearKernels.BIAS_DB, dy))));
        all.add(new Case("linear, rows of dW and sums", LinearKernels.LINEAR, s -> s.args(s.real(4, 3), s.real(2, 3)), new int[] {0, 1}, (x, y, dy) -> {
            Tensor dx = zeros(4, 3);
            torch.apply(LinearKernels.LINEAR_DX_ACC, dx, dy, x[1], 1.0);
            Tensor dw = zeros(2, 3);
            try (Tensor first = dw.rows(0, 1); Tensor second = dw.rows(1, 2); Tensor part = call(LinearKernels.LINEAR_DW_ROWS, dy, x[0], 1L, 2L)) {
                torch.apply(LinearKernels.LINEAR_DW_ROWS_ACC, first, dy, x[0], 0L, 1L, 1.0);
                torch.apply(ElementwiseKernels.ADD_INTO, second, part);
            }
            return of(dx, dw);
        }));
        for (long out : new long[] {2, 7}) {
            all.add(new Case("linear_dw, [" + out + ", 3]", LinearKernels.LINEAR, s -> s.args(s.real(4, 3), s.real(out, 3)), new int[] {1},
                    (x, y, dy) -> of(call(LinearKernels.LINEAR_DW, dy, x[0]))));
            all.add(new Case("linear_dw_acc, [" + out + ", 3]", LinearKernels.LINEAR, s -> s.args(s.real(4, 3), s.real(out, 3)), new int[] {1}, (x, y, dy) -> {
                Tensor dw = zeros(out, 3);
                torch.apply(LinearKernels.LINEAR_DW_ACC, dw, dy, x[0], 0.5);
                torch.apply(LinearKernels.LINEAR_DW_ACC, dw, dy, x[0], 0.5);
                return of(dw);
            }));
        }
        all.add(new Case("project_left", LowRankKernels.PROJECT_LEFT, s -> s.args(s.real(4, 2), s.real(4, 3)), new int[] {1}, (x, y, dy) -> {
            Tensor dg = zeros(4, 3);
            torch.apply(LowRankKernels.UNPROJECT_LEFT_INTO, dg, x[0], dy, 1.0);
            return of(dg);
        }));
        all.add(new Case("project_right", LowRankKernels.PROJECT_RIGHT, s -> s.args(s.real(4, 3), s.real(3, 2)), new int[] {0}, (x, y, dy) -> {
            Tensor dg = zeros(4, 3);
            torch.apply(LowRankKernels.UNPROJECT_RIGHT_INTO, dg, x[1], dy, 1.0);
            return of(dg);
        }));
    }

    private static void elementwise(List<Case> all) {
        unary(all, ElementwiseKernels.GELU, ElementwiseKernels.GELU_DX);
        unary(all, ElementwiseKernels.GELU_TANH, ElementwiseKernels.GELU_TANH_DX);
        unary(all, ElementwiseKernels.RELU, ElementwiseKernels.RELU_DX);
        unary(all, ElementwiseKernels.SILU, ElementwiseKernels.SILU_DX);
        all.add(new Case("tanh", ElementwiseKernels.TANH, s -> s.args(s.real(3, 4)), new int[] {0}, (x, y, dy) -> of(call(ElementwiseKernels.TANH_DX, dy, y[0]))));
        Map.of(ElementwiseKernels.GELU_DX_INTO, ElementwiseKernels.GELU, ElementwiseKernels.GELU_TANH_DX_INTO, ElementwiseKernels.GELU_TANH, ElementwiseKernels.RELU_DX_INTO, ElementwiseKernels.RELU,
                ElementwiseKernels.SILU_DX_INTO, ElementwiseKernels.SILU, ElementwiseKernels.TANH_DX_INTO, ElementwiseKernels.TANH).forEach((into, forward) ->
                all.add(new Case(into.name(), forward, s -> s.args(s.real(3, 4)), new int[] {0}, (x, y, dy) -> {
                    Tensor dx = call(CoreKernels.COPY, dy);
                    torch.apply(into, dx, forward == ElementwiseKernels.TANH ? y[0] : x[0]);
                    return of(dx);
                })));
        all.add(new Case("swiglu", ElementwiseKernels.SWIGLU, s -> s.args(s.real(3, 4), s.real(3, 4)), new int[] {0, 1},
                (x, y, dy) -> torch.run(ElementwiseKernels.SWIGLU_DX, dy, x[0], x[1])));
        all.add(new Case("dropout", ElementwiseKernels.DROPOUT, s -> s.args(s.real(5, 4), 42L, 0.4, 3L), new int[] {0},
                (x, y, dy) -> of(call(ElementwiseKernels.DROPOUT, dy, 42L, 0.4, 3L))));
    }

    private static void norm(List<Case> all) {
        all.add(new Case("layer_norm", NormKernels.LAYER_NORM, s -> s.args(s.real(3, 5), s.real(5), s.real(5), 1e-5), new int[] {0, 1, 2}, (x, y, dy) -> {
            Tensor[] dw = torch.run(NormKernels.LAYER_NORM_DW, dy, x[0], y[1], y[2]);
            return of(call(NormKernels.LAYER_NORM_DX, dy, x[0], x[1], y[1], y[2]), dw[0], dw[1]);
        }));
        all.add(new Case("rms_norm", NormKernels.RMS_NORM, s -> s.args(s.real(3, 5), s.real(5), 1e-5), new int[] {0, 1},
                (x, y, dy) -> of(call(NormKernels.RMS_NORM_DX, dy, x[0], x[1], y[1]), call(NormKernels.RMS_NORM_DW, dy, x[0], y[1]))));
        all.add(new Case("embedding", EmbeddingKernels.EMBEDDING, s -> s.args(s.real(5, 3), s.ids(5, 7)), new int[] {0},
                (x, y, dy) -> of(call(EmbeddingKernels.EMBEDDING_DW, dy, x[1], 5L))));
        all.add(new Case("embedding_dw_acc", EmbeddingKernels.EMBEDDING, s -> s.args(s.real(5, 3), s.ids(5, 7)), new int[] {0}, (x, y, dy) -> {
            Tensor dw = zeros(5, 3);
            torch.apply(EmbeddingKernels.EMBEDDING_DW_ACC, dw, dy, x[1]);
            return of(dw);
        }));
        all.add(new Case("add_rows", EmbeddingKernels.ADD_ROWS_INTO, s -> s.args(s.real(6, 2), s.real(3, 2)), new int[] {1}, (x, y, dy) -> of(call(EmbeddingKernels.SUM_ROWS, dy, 3L))));
    }

    private static void attention(List<Case> all) {
        for (boolean causal : new boolean[] {false, true}) {
            for (long keyHeads : new long[] {4, 2, 1}) {
                long full = 5;
                long second = causal ? 5 : 3;
                all.add(new Case("attention, " + keyHeads + " key heads" + (causal ? ", causal" : ""), AttentionKernels.ATTENTION,
                        s -> s.args(s.real(10, 12), s.real(10, 3 * keyHeads), s.real(10, 3 * keyHeads), s.lengths(full, second), 4L, keyHeads, causal), new int[] {0, 1, 2},
                        (x, y, dy) -> torch.run(AttentionKernels.ATTENTION_DX, dy, x[0], x[1], x[2], y[0], y[1], x[3], 4L, keyHeads, causal)));
            }
            for (long keyHeads : new long[] {4, 2}) {
                all.add(new Case("attention_texts, " + keyHeads + " key heads" + (causal ? ", causal" : ""), AttentionKernels.ATTENTION_TEXTS,
                        s -> s.args(s.real(10, 12), s.real(10, 3 * keyHeads), s.real(10, 3 * keyHeads), s.lengths(0, 0, 0, 2, -1, 5, 6, 6, 6, 6), 5L, 4L, keyHeads, causal), new int[] {0, 1, 2},
                        (x, y, dy) -> torch.run(AttentionKernels.ATTENTION_TEXTS_DX, dy, x[0], x[1], x[2], y[0], y[1], x[3], 5L, 4L, keyHeads, causal)));
            }
            all.add(new Case("attention_plain" + (causal ? ", causal" : ""), AttentionKernels.ATTENTION_PLAIN,
                    s -> s.args(s.real(10, 12), s.real(10, 12), s.real(10, 12), s.lengths(5, 3), 4L, causal), new int[] {0, 1, 2},
                    (x, y, dy) -> torch.run(AttentionKernels.ATTENTION_PLAIN_DX, dy, x[0], x[1], x[2], y[1])));
        }
        for (long keyHeads : new long[] {4, 2, 1}) {
            all.add(new Case("cross_attention, " + keyHeads + " key heads", CrossAttentionKernels.CROSS_ATTENTION,
                    s -> s.args(s.real(10, 12), s.real(4, 3 * keyHeads), s.real(4, 3 * keyHeads), 4L, keyHeads), new int[] {0, 1, 2}, (x, y, dy) -> {
                        try (Tensor lse = y[1].view(1, 4, 10)) {
                            return torch.run(CrossAttentionKernels.CROSS_ATTENTION_DX, dy, x[0], x[1], x[2], y[0], lse, 4L, keyHeads);
                        }
                    }));
        }
        for (long keyHeads : new long[] {4, 2, 1}) {
            all.add(new Case("query_attention, " + keyHeads + " key heads", QueryKernels.QUERY_ATTENTION,
                    s -> s.args(s.real(6, 12), s.real(10, 3 * keyHeads), s.real(10, 3 * keyHeads), s.lengths(5, 3), 4L, keyHeads), new int[] {0},
                    (x, y, dy) -> of(call(QueryKernels.QUERY_ATTENTION_DX, dy, x[0], x[1], x[2], x[3], 4L, keyHeads))));
        }
        all.add(new Case("put_unit_piece", QueryKernels.PUT_UNIT_PIECE_INTO, s -> s.args(s.real(3, 9), s.real(3, 4), 2L), new int[] {1}, (x, y, dy) -> of(call(QueryKernels.UNIT_PIECE_DX, dy, x[1], 2L))));
        all.add(new Case("rope", AttentionKernels.ROPE, s -> s.args(s.real(6, 8), s.tensor(DType.F64, Math::cos, 3, 2), s.tensor(DType.F64, Math::sin, 3, 2), 2L), new int[] {0},
                (x, y, dy) -> of(call(AttentionKernels.ROPE_DX, dy, x[1], x[2], 2L))));
    }

    private static void rest(List<Case> all) {
        all.add(new Case("insert_rows", TokenKernels.INSERT_ROWS, s -> s.args(s.real(6, 2), s.real(2, 2), 3L), new int[] {0, 1},
                (x, y, dy) -> of(call(TokenKernels.DROP_ROWS, dy, 5L, 2L), call(TokenKernels.FRONT_SUM, dy, 5L, 2L))));
        all.add(new Case("drop_rows", TokenKernels.DROP_ROWS, s -> s.args(s.real(10, 2), 5L, 2L), new int[] {0}, (x, y, dy) -> {
            try (Tensor none = zeros(2, 2)) {
                return of(call(TokenKernels.INSERT_ROWS, dy, none, 3L));
            }
        }));
        all.add(new Case("cross_entropy", LossKernels.CROSS_ENTROPY, s -> s.args(s.real(6, 5), s.targets(5, 6)), new int[] {0},
                (x, y, dy) -> of(call(LossKernels.CROSS_ENTROPY_DX, x[0], x[1], dy))));
        all.add(new Case("cross_entropy_dx_into", LossKernels.CROSS_ENTROPY, s -> s.args(s.real(6, 5), s.targets(5, 6)), new int[] {0}, (x, y, dy) -> {
            Tensor d = call(CoreKernels.COPY, x[0]);
            torch.apply(LossKernels.CROSS_ENTROPY_DX_INTO, d, x[1], dy);
            return of(d);
        }));
        all.add(new Case("cross_entropy_gradient_into", LossKernels.CROSS_ENTROPY, s -> s.args(s.real(6, 5), s.targets(5, 6)), new int[] {0}, (x, y, dy) -> {
            Tensor d = call(CoreKernels.COPY, x[0]);
            try (Tensor loss = zeros(6)) {
                torch.apply(LossKernels.CROSS_ENTROPY_GRADIENT_INTO, d, loss, x[1]);
                assertThat(Samples.read(torch, loss)).containsExactly(Samples.read(torch, y[0]), within(1e-14));
            }
            torch.apply(ScalingKernels.SCALE_ROWS_INTO, d, dy);
            return of(d);
        }));
        all.add(new Case("mean_pool", HeadKernels.MEAN_POOL, s -> s.args(s.real(8, 3), s.lengths(4, 2), 4L), new int[] {0},
                (x, y, dy) -> of(call(HeadKernels.MEAN_POOL_DX, dy, x[1], 4L))));
        all.add(new Case("text_mean", HeadKernels.TEXT_MEAN, s -> s.args(s.real(6, 3), s.lengths(0, 0, 2, 3, 3, -1), 4L), new int[] {0},
                (x, y, dy) -> of(call(HeadKernels.TEXT_MEAN_DX, dy, x[1]))));
        all.add(new Case("pick_rows", HeadKernels.PICK_ROWS, s -> s.args(s.real(6, 3), s.lengths(4, 2, 4)), new int[] {0},
                (x, y, dy) -> of(call(HeadKernels.PICK_ROWS_DX, dy, x[1], 6L))));
        all.add(new Case("lora", LowRankKernels.LORA_INTO, s -> s.args(s.real(4, 3), s.real(4, 5), s.real(2, 5), s.real(3, 2), 1.5), new int[] {1, 2, 3}, (x, y, dy) -> {
            Tensor[] sides = torch.run(LowRankKernels.LORA_SIDES, dy, x[1], x[2], x[3], 1.5);
            try (Tensor g = sides[0]; Tensor h = sides[1]) {
                return of(call(LinearKernels.LINEAR_DX, g, x[2]), call(LinearKernels.LINEAR_DW, g, x[1]), call(LinearKernels.LINEAR_DW, dy, h));
            }
        }));
    }

    private static void factors(List<Case> all) {
        all.add(new Case("scale_columns", ScalingKernels.SCALE_COLUMNS, s -> s.args(s.real(4, 3), s.real(3)), new int[] {0, 1},
                (x, y, dy) -> of(call(ScalingKernels.SCALE_COLUMNS, dy, x[1]), call(ScalingKernels.COLUMN_DOTS, dy, x[0]))));
        all.add(new Case("scale_rows", ScalingKernels.SCALE_ROWS, s -> s.args(s.real(4, 3), s.real(4)), new int[] {0, 1},
                (x, y, dy) -> of(call(ScalingKernels.SCALE_ROWS, dy, x[1]), call(ScalingKernels.ROW_DOTS, dy, x[0]))));
        all.add(new Case("orthogonal_rows", FactorKernels.ORTHOGONAL_ROWS, s -> s.args(s.real(3, 5)), new int[] {0},
                (x, y, dy) -> of(call(FactorKernels.ORTHOGONAL_ROWS_DX, x[0], torch.item(dy)))));
        all.add(new Case("orthogonal_columns", FactorKernels.ORTHOGONAL_COLUMNS, s -> s.args(s.real(5, 3)), new int[] {0},
                (x, y, dy) -> of(call(FactorKernels.ORTHOGONAL_COLUMNS_DX, x[0], torch.item(dy)))));
    }

    private static void unary(List<Case> all, Kernel forward, Kernel backward) {
        all.add(new Case(forward.name(), forward, s -> s.args(s.real(3, 4)), new int[] {0}, (x, y, dy) -> of(call(backward, dy, x[0]))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theBackwardKernelGivesTheSlopeOfTheForwardKernel(Case c) {
        for (long seed = 1; seed <= 3; seed++) {
            try (Samples s = new Samples(torch, DType.F64, seed)) {
                Object[] x = c.arguments.arguments(s);
                Tensor[] y = forward(c.forward, x);
                double[] direction = new Random(seed + 100).doubles(y[0].elements(), -1, 1).toArray();
                Tensor dy = s.tensor(DType.F64, i -> direction[i], y[0].shape().dims());
                Tensor[] gradients = c.backward.gradients(x, y, dy);
                for (int k = 0; k < c.wanted.length; k++) {
                    Tensor input = (Tensor) x[c.wanted[k]];
                    assertThat(gradients[k].shape()).isEqualTo(input.shape());
                    double[] found = Samples.read(torch, gradients[k]);
                    double[] at = Samples.read(torch, input);
                    for (int i = 0; i < at.length; i++) {
                        double slope = (along(c.forward, x, input, at, i, STEP, direction) - along(c.forward, x, input, at, i, -STEP, direction)) / (2 * STEP);
                        assertThat(Math.abs(found[i] - slope)).as("argument %d, element %d: %s, slope %s", c.wanted[k], i, found[i], slope).isLessThan(2e-7 * (1 + Math.abs(slope)));
                    }
                }
                for (Tensor t : gradients) {
                    t.close();
                }
                for (Tensor t : y) {
                    t.close();
                }
            }
        }
    }

    private static double along(Kernel forward, Object[] x, Tensor input, double[] at, int i, double step, double[] direction) {
        torch.overwrite(input, () -> Samples.bytes(DType.F64, at.length, k -> k == i ? at[k] + step : at[k]));
        Tensor[] y = forward(forward, x);
        torch.overwrite(input, () -> Samples.bytes(DType.F64, at.length, k -> at[k]));
        double[] values = Samples.read(torch, y[0]);
        for (Tensor t : y) {
            t.close();
        }
        double sum = 0;
        for (int k = 0; k < values.length; k++) {
            sum += values[k] * direction[k];
        }
        return sum;
    }

    /** Kernels that write in place are given a copy to write on, which then is their first output. */
    private static Tensor[] forward(Kernel kernel, Object[] x) {
        if (kernel == LowRankKernels.LORA_INTO || kernel == EmbeddingKernels.ADD_ROWS_INTO || kernel == QueryKernels.PUT_UNIT_PIECE_INTO) {
            Object[] args = x.clone();
            args[0] = call(CoreKernels.COPY, x[0]);
            Tensor[] out = torch.run(kernel, args);
            Tensor[] all = new Tensor[out.length + 1];
            all[0] = (Tensor) args[0];
            System.arraycopy(out, 0, all, 1, out.length);
            return all;
        }
        return torch.run(kernel, x);
    }

    private static Tensor[] of(Tensor... tensors) {
        return tensors;
    }

    private static Tensor call(Kernel kernel, Object... args) {
        return torch.call(kernel, args);
    }

    private static Tensor zeros(long... dims) {
        return torch.zeros(Category.GRADIENTS, "test", DType.F64, Shape.of(dims));
    }
}
