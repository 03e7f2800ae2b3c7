package headroom.engine.recipe.data;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.model.Model;
import headroom.engine.tape.AdapterControls.RowSets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;

/**
 * A batch on the device, booked as DATA: the model's inputs, a target for each unit that the objective scores, and the coefficient of each unit's loss.
 *
 * @param inputs ids, segments, lengths
 * @param targets class of each row [B], or next token of each position [B·T], −100 where there is none (int64)
 * @param coefficients weight of each unit's loss in the sum (float32), zero where there is no target
 * @param sets which rows go through which set of an adapter, or null: all are one job's
 */
public record DeviceBatch(Model.Inputs inputs, Tensor targets, Tensor coefficients, RowSets sets) implements AutoCloseable {
    private static final String OWNER = "batch";

    /**
     * Brings a batch in. Rows are padded to one length; only a machine that computes asks the suppliers.
     *
     * @param perToken true if every position has a target, false if every row has one
     */
    public static DeviceBatch upload(Compute c, long batch, long length, boolean perToken, Supplier<int[]> ids, Supplier<int[]> lengths, Supplier<int[]> targets,
            Supplier<float[]> coefficients) {
        long units = perToken ? batch * length : batch;
        Tensor i = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(batch * length), () -> longs(ids.get()));
        Tensor l = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(batch), () -> longs(lengths.get()));
        Tensor t = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(units), () -> longs(targets.get()));
        Tensor k = c.upload(Category.DATA, OWNER, DType.F32, Shape.of(units), () -> floats(coefficients.get()));
        return new DeviceBatch(new Model.Inputs(i, null, l, batch, length), t, k, null);
    }

    /**
     * Brings in a batch whose rows hold several texts.
     *
     * @param slots texts that a row can hold
     * @param texts slot of each token's text in the whole batch, −1 where there is none
     * @param positions place of each token within its text
     */
    public static DeviceBatch packed(Compute c, long batch, long length, long slots, boolean perToken, Supplier<int[]> ids, Supplier<int[]> lengths, Supplier<int[]> texts,
            Supplier<int[]> positions, Supplier<int[]> targets, Supplier<float[]> coefficients) {
        long units = batch * (perToken ? length : slots);
        Tensor i = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(batch * length), () -> longs(ids.get()));
        Tensor l = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(batch), () -> longs(lengths.get()));
        Tensor s = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(batch * length), () -> longs(texts.get()));
        Tensor p = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(batch * length), () -> longs(positions.get()));
        Tensor t = c.upload(Category.DATA, OWNER, DType.I64, Shape.of(units), () -> longs(targets.get()));
        Tensor k = c.upload(Category.DATA, OWNER, DType.F32, Shape.of(units), () -> floats(coefficients.get()));
        return new DeviceBatch(new Model.Inputs(i, null, l, batch, length, new Model.Texts(s, p, batch * slots)), t, k, null);
    }

    private static ByteBuffer longs(int[] values) {
        ByteBuffer b = ByteBuffer.allocateDirect(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int v : values) {
            b.putLong(v);
        }
        return b.flip();
    }

    private static ByteBuffer floats(float[] values) {
        ByteBuffer b = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        b.asFloatBuffer().put(values);
        return b;
    }

    /** The same rows, of several jobs. */
    public DeviceBatch of(RowSets rows) {
        return new DeviceBatch(inputs, targets, coefficients, rows);
    }

    /** One row, as views of this batch. */
    public DeviceBatch row(long i) {
        if (inputs.texts() != null) {
            throw new IllegalStateException("a row of a batch whose rows hold several texts; their places are counted over the whole batch");
        }
        long t = inputs.length();
        long units = units() / inputs.batch();
        Model.Inputs one = new Model.Inputs(inputs.ids().rows(i * t, (i + 1) * t), inputs.segments() == null ? null : inputs.segments().rows(i * t, (i + 1) * t), inputs.lengths().rows(i, i + 1), 1, t);
        return new DeviceBatch(one, targets.rows(i * units, (i + 1) * units), coefficients.rows(i * units, (i + 1) * units), null);
    }

    /** Units that are scored: rows, or positions. */
    public long units() {
        return targets.elements();
    }

    @Override
    public void close() {
        inputs.ids().close();
        if (inputs.segments() != null) {
            inputs.segments().close();
        }
        inputs.lengths().close();
        if (inputs.texts() != null) {
            inputs.texts().slots().close();
            inputs.texts().positions().close();
        }
        targets.close();
        coefficients.close();
    }
}
