package headroom.engine.compute.kernel;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Random arguments for every kernel: small shapes of odd extents, values that a bf16 tensor holds exactly, so that the same call can be made in every type. */
final class Samples implements AutoCloseable {
    /** Makes the arguments of one call. */
    @FunctionalInterface
    interface Maker {
        Object[] arguments(Samples s);
    }

    /** Kernels whose results are not numbers to compare across types, e.g. codes and columns. */
    static final List<String> DISCRETE = List.of("block_quantise", "code_quantise", "integer_quantise", "integer_fit", "gptq_quantise", "double_quantise", "argmax_rows", "accuracy_counts", "topk_rows", "svd_basis", "svd_pair", "adamw8", "sgd_momentum8", "lion8",
            "extreme_entries", "extreme_picks", "kth_magnitude", "group_code", "fp8_code", "sample_rows");

    final Compute compute;
    final DType dtype;
    final Random random;
    private final List<Tensor> made = new ArrayList<>();

    Samples(Compute compute, DType dtype, long seed) {
        this.compute = compute;
        this.dtype = dtype;
        this.random = new Random(seed);
    }

    /** By name of kernel. */
    static Map<String, Maker> all() {
        Map<String, Maker> m = new LinkedHashMap<>();
        core(m);
        linear(m);
        elementwise(m);
        norm(m);
        attention(m);
        loss(m);
        state(m);
        quantisation(m);
        saves(m);
        FactorSamples.into(m);
        head(m);
        stores(m);
        support(m);
        PointSamples.into(m);
        PackedSamples.into(m);
        return m;
    }

    private static void core(Map<String, Maker> m) {
        m.put("copy", s -> s.args(s.real(3, 5)));
        m.put("copy_into", s -> s.args(s.real(3, 5), s.tensor(DType.F32, i -> i, 3, 5)));
        m.put("cast", s -> s.args(s.real(3, 5), (long) DType.F32.torchCode()));
        m.put("fill_into", s -> s.args(s.real(3, 5), 1.5));
    }

    private static void linear(Map<String, Maker> m) {
        m.put("linear", s -> s.args(s.real(7, 5), s.real(3, 5)));
        m.put("linear_bias", s -> s.args(s.real(7, 5), s.real(3, 5), s.real(3)));
        m.put("linear_into", s -> s.args(s.real(7, 3), s.real(7, 5), s.real(3, 5)));
        m.put("linear_acc", s -> s.args(s.real(7, 3), s.real(7, 5), s.real(3, 5), 0.5));
        m.put("linear_dx", s -> s.args(s.real(7, 3), s.real(3, 5)));
        m.put("linear_dx_acc", s -> s.args(s.real(7, 5), s.real(7, 3), s.real(3, 5), 0.5));
        m.put("linear_columns_acc", s -> s.args(s.real(7, 6), s.real(7, 5), s.real(3, 5), 2L));
        m.put("linear_columns_dx_acc", s -> s.args(s.real(7, 5), s.real(7, 6), s.real(3, 5), 2L));
        m.put("linear_dw", s -> s.args(s.real(7, 3), s.real(7, 5)));
        m.put("linear_dw_rows", s -> s.args(s.real(7, 6), s.real(7, 5), 2L, 5L));
        m.put("linear_dw_acc", s -> s.args(s.wide(6, 5), s.real(7, 6), s.real(7, 5), 0.5));
        m.put("linear_dw_rows_acc", s -> s.args(s.wide(3, 5), s.real(7, 6), s.real(7, 5), 2L, 5L, 0.5));
        m.put("bias_db", s -> s.args(s.real(7, 3)));
        m.put("bias_db_acc", s -> s.args(s.wide(3), s.real(7, 3)));
    }

    private static void elementwise(Map<String, Maker> m) {
        for (String name : List.of("add", "add_into", "mul", "mul_into", "gelu_dx", "gelu_dx_into", "gelu_tanh_dx", "gelu_tanh_dx_into", "relu_dx", "relu_dx_into", "silu_dx", "silu_dx_into",
                "swiglu", "tanh_dx", "tanh_dx_into")) {
            m.put(name, s -> s.args(s.real(4, 33), s.real(4, 33)));
        }
        for (String name : List.of("gelu", "gelu_into", "gelu_tanh", "gelu_tanh_into", "relu", "relu_into", "silu", "tanh")) {
            m.put(name, s -> s.args(s.real(4, 33)));
        }
        m.put("axpy_into", s -> s.args(s.wide(4, 33), s.real(4, 33), 0.5));
        m.put("scale", s -> s.args(s.real(4, 33), 0.5));
        m.put("scale_into", s -> s.args(s.real(4, 33), 0.5));
        m.put("swiglu_dx", s -> s.args(s.real(4, 33), s.real(4, 33), s.real(4, 33)));
        m.put("dropout", s -> s.args(s.real(4, 33), 77L, 0.3, 6L));
        m.put("dropout_into", s -> s.args(s.real(4, 33), 77L, 0.3, 6L));
    }

    private static void norm(Map<String, Maker> m) {
        m.put("layer_norm", s -> s.args(s.real(6, 9), s.real(9), s.real(9), 1e-5));
        m.put("layer_norm_dx", s -> s.args(s.real(6, 9), s.real(6, 9), s.real(9), s.wide(6), s.positive(6)));
        m.put("layer_norm_dw", s -> s.args(s.real(6, 9), s.real(6, 9), s.wide(6), s.positive(6)));
        m.put("rms_norm", s -> s.args(s.real(6, 9), s.real(9), 1e-5));
        m.put("rms_norm_dx", s -> s.args(s.real(6, 9), s.real(6, 9), s.real(9), s.positive(6)));
        m.put("rms_norm_dw", s -> s.args(s.real(6, 9), s.real(6, 9), s.positive(6)));
        m.put("embedding", s -> s.args(s.real(11, 4), s.ids(11, 6)));
        m.put("embedding_dw", s -> s.args(s.real(6, 4), s.ids(11, 6), 11L));
        m.put("embedding_dw_acc", s -> s.args(s.wide(11, 4), s.real(6, 4), s.ids(11, 6)));
        m.put("add_rows_into", s -> s.args(s.real(6, 4), s.real(3, 4)));
        m.put("sum_rows", s -> s.args(s.real(6, 4), 3L));
    }

    private static void attention(Map<String, Maker> m) {
        m.put("attention", s -> s.args(s.real(10, 24), s.real(10, 12), s.real(10, 12), s.lengths(5, 3), 6L, 3L, false));
        m.put("attention_dx", s -> {
            Tensor q = s.real(10, 24);
            Tensor k = s.real(10, 12);
            Tensor v = s.real(10, 12);
            Tensor lengths = s.lengths(5, 3);
            Tensor[] y = s.keep(s.compute.run(AttentionKernels.ATTENTION, q, k, v, lengths, 6L, 3L, false));
            return s.args(s.real(10, 24), q, k, v, y[0], y[1], lengths, 6L, 3L, false);
        });
        m.put("attention_texts", s -> s.args(s.real(10, 24), s.real(10, 12), s.real(10, 12), s.lengths(0, 0, 1, 1, -1, 5, 5, 5, 6, 7), 5L, 6L, 3L, true));
        m.put("attention_texts_dx", s -> {
            Tensor q = s.real(10, 24);
            Tensor k = s.real(10, 12);
            Tensor v = s.real(10, 12);
            Tensor texts = s.lengths(0, 0, 1, 1, -1, 5, 5, 5, 6, 7);
            Tensor[] y = s.keep(s.compute.run(AttentionKernels.ATTENTION_TEXTS, q, k, v, texts, 5L, 6L, 3L, false));
            return s.args(s.real(10, 24), q, k, v, y[0], y[1], texts, 5L, 6L, 3L, false);
        });
        m.put("attention_step", s -> s.args(s.real(1, 24), s.real(7, 12), s.real(7, 12), 5L, 6L, 3L));
        m.put("attention_plain", s -> s.args(s.real(10, 24), s.real(10, 24), s.real(10, 24), s.lengths(5, 3), 6L, true));
        m.put("attention_plain_dx", s -> {
            Tensor q = s.real(10, 24);
            Tensor k = s.real(10, 24);
            Tensor v = s.real(10, 24);
            Tensor[] y = s.keep(s.compute.run(AttentionKernels.ATTENTION_PLAIN, q, k, v, s.lengths(5, 3), 6L, true));
            return s.args(s.real(10, 24), q, k, v, y[1]);
        });
        m.put("rope", s -> s.args(s.real(10, 24), s.tensor(DType.F32, Math::cos, 5, 4), s.tensor(DType.F32, Math::sin, 5, 4), 3L));
        m.put("rope_dx", s -> s.args(s.real(10, 24), s.tensor(DType.F32, Math::cos, 5, 4), s.tensor(DType.F32, Math::sin, 5, 4), 3L));
        m.put("rope_table", s -> s.args(3L, 5L, 8L, 10000.0));
        m.put("rope_table_from", s -> s.args(3L, 5L, s.tensor(DType.F32, i -> 1.0 / (1 + i), 4)));
    }

    private static void loss(Map<String, Maker> m) {
        for (String name : List.of("cross_entropy", "token_log_probs", "accuracy_counts")) {
            m.put(name, s -> s.args(s.real(6, 9), s.targets(9, 6)));
        }
        m.put("cross_entropy_gradient_into", s -> s.args(s.real(6, 9), s.wide(6), s.targets(9, 6)));
        m.put("cross_entropy_dx", s -> s.args(s.real(6, 9), s.targets(9, 6), s.wide(6)));
        m.put("cross_entropy_dx_into", s -> s.args(s.real(6, 9), s.targets(9, 6), s.wide(6)));
        m.put("argmax_rows", s -> s.args(s.real(6, 9)));
        m.put("entropy_rows", s -> s.args(s.real(6, 9)));
        m.put("sum", s -> s.args(s.real(6, 9)));
    }

    private static void state(Map<String, Maker> m) {
        m.put("adamw_aged", s -> s.args(s.wide(5, 7), s.real(5, 7), s.real(5, 7), s.positive(5, 7), s.tensor(DType.F32, i -> i % 4, 5, 7), 0.1, 0.9, 0.999, 1e-8, 0.01, false));
        m.put("adamw", s -> s.args(s.wide(5, 7), s.real(5, 7), s.real(5, 7), s.positive(5, 7), 0.1, 0.9, 0.999, 1e-8, 0.01, 0.1, 0.001));
        m.put("adamw_rounded", s -> s.args(s.real(5, 7), s.wide(5, 7), s.real(5, 7), s.real(5, 7), s.positive(5, 7), 0.1, 0.9, 0.999, 1e-8, 0.01, 0.1, 0.001));
        m.put("squares_of", s -> s.args((Object) new Tensor[] {s.real(5, 7), s.real(300), s.real(3, 2, 128)}));
        m.put("sgd", s -> s.args(s.real(5, 7), s.real(5, 7), 0.5, 0.25));
        m.put("sgd_momentum", s -> s.args(s.real(5, 7), s.real(5, 7), s.real(5, 7), 0.5, 0.5, 0.25, true));
        m.put("sum_squares", s -> s.args(s.real(5, 7)));
        m.put("sign_sgd", s -> s.args(s.real(5, 7), s.real(5, 7), 0.5, 0.25));
        m.put("lion", s -> s.args(s.wide(5, 7), s.real(5, 7), s.real(5, 7), 0.5, 0.5, 0.75, 0.25));
        m.put("adafactor", s -> s.args(s.wide(5, 7), s.real(5, 7), new Tensor[] {s.positive(5), s.positive(7)}, new Tensor[] {s.wide(5, 7)}, 0.5, 1e-30, 1.0, 0.1, 1e-3, true, 0.25, 0.5));
        m.put("apollo_scale_into", s -> s.args(s.real(5, 7), s.real(3, 7), s.wide(3, 7), s.positive(1), true, false, 0.5, 1.01, 2.0));
        m.put("clamp_into", s -> s.args(s.real(5, 7), 0.5));
        m.put("floor_into", s -> s.args(s.real(5, 7), 0.5));
        m.put("take_rows", s -> s.args(s.real(5, 7), s.tensor(DType.I64, i -> 3 - i, 5)));
        m.put("adamw8", s -> s.args(s.narrow(7, 11), s.narrow(7, 11), s.codes(77), s.positive32(5), s.codes(77), s.positive32(5), s.tables(), 16L, 0.1, 0.9, 0.999, 1e-8, 0.01, 0.1, 0.001));
        m.put("sgd_momentum8", s -> s.args(s.narrow(7, 11), s.narrow(7, 11), s.codes(77), s.positive32(5), s.tables(), 16L, 0.5, 0.5, 0.25, true));
        m.put("lion8", s -> s.args(s.narrow(7, 11), s.narrow(7, 11), s.codes(77), s.positive32(5), s.tables(), 16L, 0.5, 0.5, 0.75, 0.25));
        m.put("uniform", s -> s.args(99L, 5L, 70_001L));
        m.put("uniform_into", s -> s.args(s.real(5, 7), 99L, 0.25));
        m.put("normal", s -> s.args(99L, 5L, 70_001L));
        m.put("add_normal_into", s -> s.args(s.real(5, 7), 99L, 65_530L, 0.5));
        m.put("add_normal_rows_into", s -> s.args(s.real(6, 7), s.ids(20_000, 6), 99L, 0.5));
    }

    private static void quantisation(Map<String, Maker> m) {
        m.put("block_quantise", s -> s.args(s.real(7, 11), s.floats(CodeBooks.dynamicSigned()), 16L));
        m.put("block_dequantise_into", s -> s.args(s.real(7, 11), s.codes(77), s.positive32(5), s.floats(CodeBooks.dynamicSigned()), 16L));
        m.put("code_quantise", s -> s.args(s.real(6, 36), s.floats(CodeBooks.normalFloat(3)), 3L, 16L));
        m.put("gram_acc", s -> s.args(s.wide(8, 8), s.real(6, 8), s.tensor(DType.F32, i -> i < 5 ? 1 : 0, 6)));
        m.put("gptq_factor", s -> s.args(s.tensor(Tiles.wide(s.dtype), i -> i / 8 == i % 8 ? 3 : 0.25, 8, 8), 0.01));
        m.put("gptq_quantise", s -> s.args(s.real(6, 32), s.tensor(Tiles.wide(s.dtype), i -> i / 32 == i % 32 ? 1 : i / 32 < i % 32 ? 0.0625 : 0, 32, 32), 3L, 16L, false, (long) DType.F16.torchCode()));
        m.put("integer_fit", s -> s.args(s.real(6, 32), 3L, 16L, false, (long) DType.F16.torchCode(), 51L, 0.01, 2.0));
        m.put("integer_quantise", s -> s.args(s.real(6, 32), 3L, 16L, false, (long) DType.F16.torchCode()));
        m.put("double_quantise", s -> s.args(s.positive32(300), s.floats(CodeBooks.dynamicSigned())));
        m.put("double_dequantise", s -> s.args(s.codes(300), s.positive32(2), s.positive32(1), s.floats(CodeBooks.dynamicSigned())));
        m.put("code_into", s -> s.args(s.real(3, 64), s.codes(120), new Tensor[] {s.codes(5), s.positive32(1), s.positive32(1), s.floats(CodeBooks.dynamicSigned())}, new Tensor[0],
                s.units(CodeBooks.normalFloat(3)), 64L, 128L));
        m.put("code_rows", s -> s.args(s.codes(160), new Tensor[] {s.positive32(5)}, new Tensor[] {s.codes(5)}, s.units(CodeBooks.integers(4, false)), 64L, 1L, 4L, 64L,
                (long) s.dtype.torchCode()));
        m.put("code_ds_into", s -> s.args(s.positive32(3, 1), s.real(3, 64), s.codes(80), new Tensor[] {s.codes(5)}, s.units(CodeBooks.integers(2, false)), 64L, 128L));
        m.put("store_error", s -> s.args(s.real(7, 5), s.real(7, 5)));
    }

    private static void saves(Map<String, Maker> m) {
        m.put("group_code", s -> s.args(s.real(7, 11), 4L, 16L));
        m.put("group_decode", s -> s.args(s.codes(39), s.halves(5), s.halves(5), 4L, 16L, 77L, (long) s.dtype.torchCode()));
        m.put("sample_rows", s -> s.args(s.real(20, 7), 8L, 77L));
        m.put("fp8_code", s -> s.args(s.real(7, 11), (long) DType.F8_E4M3.torchCode(), 16L));
        m.put("fp8_decode", s -> s.args(s.tensor(DType.U8, i -> s.random.nextInt(120), 77), s.brains(5), (long) DType.F8_E4M3.torchCode(), 16L, (long) s.dtype.torchCode()));
    }

    private static void stores(Map<String, Maker> m) {
        m.put("balance_into", s -> s.args(s.wide(7, 3), s.wide(3, 5)));
        m.put("add_entries_into", s -> s.args(s.real(3, 5), s.real(6), s.tensor(DType.I32, i -> 4 * i + 1, 6), 2L));
        m.put("keep_of_groups_into", s -> s.args(s.real(5, 8), 2L, 4L));
        m.put("keep_where_into", s -> s.args(s.real(5, 8), s.tensor(s.dtype, i -> i % 3, 5, 8)));
    }

    private static void head(Map<String, Maker> m) {
        m.put("mean_pool", s -> s.args(s.real(10, 4), s.lengths(5, 3), 5L));
        m.put("mean_pool_dx", s -> s.args(s.real(2, 4), s.lengths(5, 3), 5L));
        m.put("pick_rows", s -> s.args(s.real(10, 4), s.ids(10, 3)));
        m.put("pick_rows_dx", s -> s.args(s.real(3, 4), s.ids(10, 3), 10L));
        m.put("last_rows", s -> s.args(s.lengths(5, 3), 5L));
        m.put("text_mean", s -> s.args(s.real(6, 4), s.lengths(0, 0, 2, 3, 3, -1), 4L));
        m.put("text_mean_dx", s -> s.args(s.real(4, 4), s.lengths(0, 0, 2, 3, 3, -1)));
        m.put("text_last", s -> s.args(s.lengths(0, 0, 2, 3, 3, -1), 4L));
        m.put("softmax_rows", s -> s.args(s.real(6, 9)));
        m.put("log_softmax_rows", s -> s.args(s.real(6, 9)));
        m.put("topk_rows", s -> s.args(s.real(6, 9), 3L));
    }

    private static void support(Map<String, Maker> m) {
        m.put("columns_of", s -> s.args(s.real(7, 11), s.indices(0, 3, 10)));
        m.put("rows_of", s -> s.args(s.real(7, 11), s.indices(1, 6)));
        m.put("put_columns_into", s -> s.args(s.real(7, 11), s.real(7, 3), s.indices(0, 3, 10)));
        m.put("put_rows_into", s -> s.args(s.real(7, 11), s.real(2, 11), s.indices(1, 6)));
        m.put("picks_of", s -> s.args(s.real(3, 11), s.picks(3, 2)));
        m.put("picks_into", s -> s.args(s.real(3, 2), s.real(3, 11), s.picks(3, 2)));
        m.put("put_picks_into", s -> s.args(s.real(3, 11), s.real(3, 2), s.picks(3, 2)));
        m.put("entries_of", s -> s.args(s.real(7, 11), s.indices(0, 12, 13, 76)));
        m.put("put_entries_into", s -> s.args(s.real(7, 11), s.real(4), s.indices(0, 12, 13, 76)));
        m.put("entries_into", s -> s.args(s.real(4), s.real(2, 11), s.indices(0, 12, 43, 76), 3L));
        m.put("count_small", s -> s.args(s.real(7, 11), 0.5));
        m.put("kth_magnitude", s -> s.args(s.real(7, 11), 40L));
        m.put("extreme_entries", s -> s.args(s.real(7, 11), 0.5, 5L, true));
        m.put("extreme_picks", s -> s.args(s.real(7, 11), 3L, false));
        m.put("column_squares", s -> s.args(s.real(7, 11)));
        m.put("row_squares", s -> s.args(s.real(7, 11)));
        m.put("outer_squares", s -> s.args(s.real(6, 5), s.real(6, 7), 2L));
        m.put("scatter_squares", s -> s.args(s.real(6, 5), s.ids(3, 6), 2L));
        m.put("sum_groups", s -> s.args(s.real(6, 5), 2L));
        m.put("add_normal_below_into", s -> s.args(s.real(5, 7), 99L, 65_530L, 0.5, 0.75));
        m.put("restore_above_into", s -> s.args(s.real(5, 7), s.real(5, 7), 0.75));
    }

    Tensor indices(long... values) {
        return tensor(DType.I32, i -> values[i], values.length);
    }

    /** For each row the columns j, j + 2, … */
    Tensor picks(long rows, long k) {
        return tensor(DType.I32, i -> i / k + 2 * (i % k), rows, k);
    }

    Object[] args(Object... values) {
        return values;
    }

    /** Values of about unit size in the type under test. */
    Tensor real(long... dims) {
        return tensor(dtype, i -> rounded(random.nextGaussian()), dims);
    }

    /** The same in the type of reductions: float64 for float64, else float32. */
    Tensor wide(long... dims) {
        return tensor(Tiles.wide(dtype), i -> rounded(random.nextGaussian()), dims);
    }

    Tensor positive(long... dims) {
        return tensor(Tiles.wide(dtype), i -> rounded(0.5 + random.nextDouble()), dims);
    }

    Tensor positive32(long... dims) {
        return tensor(DType.F32, i -> rounded(0.5 + random.nextDouble()), dims);
    }

    Tensor floats(float[] values, long... dims) {
        return tensor(DType.F32, i -> values[i], dims.length == 0 ? new long[] {values.length} : dims);
    }

    Tensor units(float[] levels) {
        float[] units = CodeBooks.units(levels);
        long runs = levels.length == 8 ? 4096 : 256;
        return floats(units, runs, units.length / runs);
    }

    /** Weights of coded updates: those have at most 32 bits. */
    Tensor narrow(long... dims) {
        return tensor(dtype == DType.F64 ? DType.F32 : dtype, i -> rounded(random.nextGaussian()), dims);
    }

    /** Levels, middles and first codes of the signed and the unsigned dynamic book. */
    Tensor[] tables() {
        List<Tensor> all = new ArrayList<>();
        for (DynamicTables t : DynamicTables.both()) {
            all.add(floats(t.levels()));
            all.add(floats(t.middles()));
            all.add(tensor(DType.U8, i -> t.first()[i] & 0xff, t.first().length));
        }
        return all.toArray(Tensor[]::new);
    }

    Tensor halves(long n) {
        return tensor(DType.F16, i -> 0.5 + i / 8.0, n);
    }

    Tensor brains(long n) {
        return tensor(DType.BF16, i -> 0.5 + i / 8.0, n);
    }

    Tensor codes(long n) {
        return tensor(DType.U8, i -> random.nextInt(256), n);
    }

    Tensor ids(int below, long n) {
        return tensor(DType.I64, i -> random.nextInt(below), n);
    }

    /** Every third row without a target. */
    Tensor targets(int below, long n) {
        return tensor(DType.I64, i -> i % 3 == 2 ? -100 : random.nextInt(below), n);
    }

    Tensor lengths(long... values) {
        return tensor(DType.I64, i -> values[i], values.length);
    }

    Tensor[] keep(Tensor... tensors) {
        made.addAll(List.of(tensors));
        return tensors;
    }

    private static double rounded(double x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits((float) x) & 0xFFFF0000);
    }

    Tensor tensor(DType type, IntToDoubleFunction value, long... dims) {
        Shape shape = Shape.of(dims);
        return keep(compute.upload(Category.DATA, "sample", type, shape, () -> bytes(type, (int) shape.elements(), value)))[0];
    }

    static ByteBuffer bytes(DType type, int n, IntToDoubleFunction value) {
        ByteBuffer b = ByteBuffer.allocate(n * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            double x = value.applyAsDouble(i);
            switch (type) {
                case F64 -> b.putDouble(x);
                case F32 -> b.putFloat((float) x);
                case BF16 -> b.putShort((short) (Float.floatToRawIntBits((float) x) >>> 16));
                case F16 -> b.putShort(Float.floatToFloat16((float) x));
                case I64 -> b.putLong((long) x);
                case I32 -> b.putInt((int) x);
                case U8 -> b.put((byte) x);
                default -> throw new IllegalArgumentException("no sample of " + type);
            }
        }
        return b.flip();
    }

    /** The elements of a tensor of any type that samples have, as doubles. */
    static double[] read(Compute compute, Tensor t) {
        ByteBuffer b = compute.download(t);
        double[] out = new double[(int) t.elements()];
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (t.dtype()) {
                case F64 -> b.getDouble(8 * i);
                case F32 -> b.getFloat(4 * i);
                case BF16 -> Float.intBitsToFloat(b.getShort(2 * i) << 16);
                case I64 -> b.getLong(8 * i);
                case I32 -> b.getInt(4 * i);
                case F16 -> Float.float16ToFloat(b.getShort(2 * i));
                case U8 -> b.get(i) & 0xff;
                default -> throw new IllegalArgumentException("cannot read " + t);
            };
        }
        return out;
    }

    static Kernel kernel(String name) {
        return KernelCatalog.all().stream().filter(k -> k.name().equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException("no kernel " + name));
    }

    @Override
    public void close() {
        made.forEach(Tensor::close);
    }
}
