package headroom.engine.compute.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention by products of blocks where there are several blocks of rows and of heads, held against the probabilities written out. */
class BlockAttentionTest {
    private static final long WIDTH = 8;
    private static TorchCompute c;

    @BeforeAll
    static void open() {
        c = TorchCompute.cpu(new Ledger());
    }

    @AfterAll
    static void close() {
        c.close();
    }

    @ParameterizedTest
    @CsvSource({"600,4,2,true", "600,4,2,false", "300,3,3,true", "300,3,3,false", "1100,4,1,true"})
    void manyBlocksGiveWhatTheWholeGives(long t, long h, long kh, boolean causal) {
        Tensor q = normal(2 * t, h * WIDTH, 1);
        Tensor k = normal(2 * t, kh * WIDTH, 2);
        Tensor v = normal(2 * t, kh * WIDTH, 3);
        Tensor g = normal(2 * t, h * WIDTH, 4);
        Tensor lengths = longs(t, causal ? t : t - 70);
        Tensor wideK = spread(k, h / kh);
        Tensor wideV = spread(v, h / kh);
        Tensor[] whole = c.run(AttentionKernels.ATTENTION_PLAIN, q, wideK, wideV, lengths, h, causal);
        Tensor[] expected = c.run(AttentionKernels.ATTENTION_PLAIN_DX, g, q, wideK, wideV, whole[1]);
        Tensor[] out = c.run(AttentionKernels.ATTENTION, q, k, v, lengths, h, kh, causal);
        Tensor[] found = c.run(AttentionKernels.ATTENTION_DX, g, q, k, v, out[0], out[1], lengths, h, kh, causal);
        assertThat(distance(c.floats(found[0]), c.floats(expected[0]))).isLessThan(1e-6);
        assertThat(distance(c.floats(found[1]), gathered(expected[1], h / kh))).isLessThan(1e-6);
        assertThat(distance(c.floats(found[2]), gathered(expected[2], h / kh))).isLessThan(1e-6);
        Tensor[] half = c.run(AttentionKernels.ATTENTION, narrow(q), narrow(k), narrow(v), lengths, h, kh, causal);
        assertThat(distance(c.floats(half[0]), c.floats(out[0]))).isLessThan(0.01);
        assertThat(distance(c.floats(half[1]), c.floats(out[1]))).isLessThan(0.01);
        Tensor[] back = c.run(AttentionKernels.ATTENTION_DX, narrow(g), narrow(q), narrow(k), narrow(v), half[0], half[1], lengths, h, kh, causal);
        for (int i = 0; i < 3; i++) {
            assertThat(distance(c.floats(back[i]), c.floats(found[i]))).as("gradient %d", i).isLessThan(0.02);
        }
    }

    /** One key, few keys, rows that do not fill a register, several texts and several blocks of rows. */
    @ParameterizedTest
    @CsvSource({"1,1,6,3,4,false", "1,2,2,1,8,true", "3,15,4,2,8,false", "2,16,3,3,32,true", "3,17,6,3,24,false", "2,77,4,2,33,true", "5,100,12,12,16,false", "1,300,6,2,64,true"})
    void narrowBlocksAgreeWithTheWholeInFloat64(long texts, long t, long h, long kh, long d, boolean causal) {
        assertThat(worst(texts, t, h, kh, d, causal, 1)).isLessThan(0.015);
    }

    /** Scores of some hundreds: what holds for usual ones is left for the form that takes each row's largest off. */
    @ParameterizedTest
    @CsvSource({"2,40,4,2,16,true", "2,40,4,4,16,false"})
    void largeScoresNeitherOverflowNorVanish(long texts, long t, long h, long kh, long d, boolean causal) {
        assertThat(worst(texts, t, h, kh, d, causal, 64)).isLessThan(0.05);
    }

    /** The largest relative distance of output and gradients in bf16 to those in float64. */
    private static double worst(long texts, long t, long h, long kh, long d, boolean causal, double scale) {
        Tensor q = normal(texts * t, h * d, 1, scale);
        Tensor k = normal(texts * t, kh * d, 2, 1);
        Tensor v = normal(texts * t, kh * d, 3, 1);
        Tensor g = normal(texts * t, h * d, 4, 1);
        long[] all = new long[Math.toIntExact(texts)];
        Arrays.fill(all, t);
        Tensor lengths = longs(all);
        Tensor[] out = c.run(AttentionKernels.ATTENTION, q, k, v, lengths, h, kh, causal);
        Tensor[] expected = c.run(AttentionKernels.ATTENTION_DX, g, q, k, v, out[0], out[1], lengths, h, kh, causal);
        Tensor[] half = c.run(AttentionKernels.ATTENTION, narrow(q), narrow(k), narrow(v), lengths, h, kh, causal);
        Tensor[] found = c.run(AttentionKernels.ATTENTION_DX, narrow(g), narrow(q), narrow(k), narrow(v), half[0], half[1], lengths, h, kh, causal);
        double worst = Math.max(distance(c.floats(half[0]), c.floats(out[0])), distance(c.floats(found[2]), c.floats(expected[2])));
        if (t > 1) {
            // one key has a probability of one whatever it is, so these gradients are zero
            worst = Math.max(worst, Math.max(distance(c.floats(found[0]), c.floats(expected[0])), distance(c.floats(found[1]), c.floats(expected[1]))));
        }
        return worst;
    }

    private static Tensor normal(long rows, long columns, long key) {
        return normal(rows, columns, key, 1);
    }

    private static Tensor normal(long rows, long columns, long key, double scale) {
        Tensor t = c.zeros(Category.WORKSPACE, "test", DType.F64, Shape.of(rows, columns));
        c.apply(RandomKernels.ADD_NORMAL_INTO, t, key, 0L, scale);
        // values that bf16 holds too
        return c.call(CoreKernels.CAST, narrow(t), (long) DType.F64.torchCode());
    }

    private static Tensor narrow(Tensor t) {
        return c.call(CoreKernels.CAST, t, (long) DType.BF16.torchCode());
    }

    private static Tensor longs(long... values) {
        ByteBuffer b = ByteBuffer.allocateDirect(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long v : values) {
            b.putLong(v);
        }
        return c.upload(Category.DATA, "test", DType.I64, Shape.of(values.length), b::flip);
    }

    /** Each key head once for every query head that reads it. */
    private static Tensor spread(Tensor x, long readers) {
        float[] from = c.floats(x);
        int columns = Math.toIntExact(x.dim(1));
        int r = Math.toIntExact(readers);
        ByteBuffer b = ByteBuffer.allocateDirect(from.length * r * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < x.dim(0); row++) {
            for (int j = 0; j < columns * r; j++) {
                int head = j / (int) WIDTH / r;
                b.putDouble(from[row * columns + head * (int) WIDTH + j % (int) WIDTH]);
            }
        }
        return c.upload(Category.WORKSPACE, "test", DType.F64, Shape.of(x.dim(0), x.dim(1) * readers), b::flip);
    }

    /** Its gradient: the sum over those that read it. */
    private static float[] gathered(Tensor x, long readers) {
        float[] from = c.floats(x);
        int columns = Math.toIntExact(x.dim(1) / readers);
        int r = Math.toIntExact(readers);
        float[] to = new float[from.length / r];
        for (int i = 0; i < from.length; i++) {
            int row = i / (columns * r);
            int j = i % (columns * r);
            to[row * columns + j / (int) WIDTH / r * (int) WIDTH + j % (int) WIDTH] += from[i];
        }
        return to;
    }

    private static double distance(float[] x, float[] y) {
        double sum = 0;
        double all = 0;
        for (int i = 0; i < y.length; i++) {
            sum += (double) (x[i] - y[i]) * (x[i] - y[i]);
            all += (double) y[i] * y[i];
        }
        return Math.sqrt(sum / all);
    }
}
