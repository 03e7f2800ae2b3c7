package headroom.engine.recipe.data;

import headroom.engine.compute.Compute;
import headroom.engine.data.Batch;
import headroom.engine.data.Packing;
import java.util.ArrayList;
import java.util.List;

/** Brings the batch of one step to the device, cut into micro-batches whose coefficients make the mean over the targets of the whole step. */
public final class BatchUpload {
    private BatchUpload() {}

    /** @param perToken true for next-token targets */
    public static List<DeviceBatch> of(Compute c, Batch batch, int microBatches, boolean perToken) {
        List<DeviceBatch> out = new ArrayList<>();
        float weight = 1f / Math.max(1, batch.targets());
        for (Batch b : batch.split(Math.min(microBatches, batch.rows()))) {
            Packing p = b.packing();
            out.add(p == null ? DeviceBatch.upload(c, b.rows(), b.length(), perToken, b::ids, b::lengths, () -> targets(b), () -> coefficients(b, weight))
                    : DeviceBatch.packed(c, b.rows(), b.length(), p.slots(), perToken, b::ids, b::lengths, () -> slots(b), p::positions, () -> targets(b), () -> coefficients(b, weight)));
        }
        return out;
    }

    /** The same bookings for a shape alone, on a dry machine. */
    public static List<DeviceBatch> shaped(Compute c, Batch.Shape shape, int microBatches, boolean perToken) {
        List<DeviceBatch> out = new ArrayList<>();
        int size = Math.ceilDiv(shape.rows(), Math.min(microBatches, shape.rows()));
        for (int from = 0; from < shape.rows(); from += size) {
            int rows = Math.min(size, shape.rows() - from);
            out.add(shape.slots() == 0 ? DeviceBatch.upload(c, rows, shape.length(), perToken, null, null, null, null)
                    : DeviceBatch.packed(c, rows, shape.length(), shape.slots(), perToken, null, null, null, null, null, null));
        }
        return out;
    }

    /** Slots in the whole batch from those in each row. */
    private static int[] slots(Batch b) {
        int[] texts = b.packing().texts().clone();
        for (int i = 0; i < texts.length; i++) {
            texts[i] = texts[i] < 0 ? -1 : i / b.length() * b.packing().slots() + texts[i];
        }
        return texts;
    }

    private static int[] targets(Batch b) {
        int[] t = b.labels().clone();
        for (int i = 0; i < t.length; i++) {
            if (b.lossMask()[i] == 0) {
                t[i] = -100;
            }
        }
        return t;
    }

    private static float[] coefficients(Batch b, float weight) {
        float[] k = new float[b.lossMask().length];
        for (int i = 0; i < k.length; i++) {
            k[i] = b.lossMask()[i] * weight;
        }
        return k;
    }
}
