package headroom.engine.recipe.data;

import headroom.engine.compute.Compute;
import headroom.engine.data.Batch;
import headroom.engine.data.Packing;
import headroom.engine.tape.AdapterControls.RowSets;
import java.util.ArrayList;
import java.util.List;

/** Brings the batch of one step to the device, cut into micro-batches whose coefficients make the mean over the targets of the whole step. */
public final class BatchUpload {
    private BatchUpload() {}

    /** @param perToken true for next-token targets */
    public static List<DeviceBatch> of(Compute c, Batch batch, int microBatches, boolean perToken) {
        List<DeviceBatch> out = new ArrayList<>();
        float[] weights = weights(batch);
        for (Batch b : batch.split(Math.min(microBatches, batch.rows()))) {
            Packing p = b.packing();
            DeviceBatch d = p == null ? DeviceBatch.upload(c, b.rows(), b.length(), perToken, b::ids, b::lengths, () -> targets(b), () -> coefficients(b, weights))
                    : DeviceBatch.packed(c, b.rows(), b.length(), p.slots(), perToken, b::ids, b::lengths, () -> slots(b), p::positions, () -> targets(b), () -> coefficients(b, weights));
            out.add(b.jobs().isEmpty() ? d : d.of(RowSets.of(b.jobs())));
        }
        return out;
    }

    /** The same bookings for a shape alone, on a dry machine. */
    public static List<DeviceBatch> shaped(Compute c, Batch.Shape shape, int microBatches, boolean perToken) {
        List<DeviceBatch> out = new ArrayList<>();
        for (List<Integer> jobs : pieces(shape, Math.min(microBatches, shape.rows()))) {
            int rows = jobs.stream().mapToInt(i -> i).sum();
            DeviceBatch d = shape.slots() == 0 ? DeviceBatch.upload(c, rows, shape.length(), perToken, null, null, null, null)
                    : DeviceBatch.packed(c, rows, shape.length(), shape.slots(), perToken, null, null, null, null, null, null);
            out.add(shape.jobs().isEmpty() ? d : d.of(RowSets.of(jobs)));
        }
        return out;
    }

    private static List<List<Integer>> pieces(Batch.Shape shape, int microBatches) {
        return Batch.split(shape.jobs().isEmpty() ? List.of(shape.rows()) : shape.jobs(), microBatches);
    }

    /** What each unit of a job weighs: one over the job's targets, so that a job has the gradients that it would have alone. */
    private static float[] weights(Batch batch) {
        if (batch.jobs().isEmpty()) {
            return new float[] {1f / Math.max(1, batch.targets())};
        }
        float[] w = new float[batch.jobs().size()];
        for (int j = 0; j < w.length; j++) {
            w[j] = 1f / Math.max(1, batch.targetsOf(j));
        }
        return w;
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

    private static float[] coefficients(Batch b, float[] weights) {
        float[] k = new float[b.lossMask().length];
        int wide = k.length / b.rows();
        for (int j = 0; j < weights.length; j++) {
            int from = b.jobs().isEmpty() ? 0 : b.firstRow(j) * wide;
            int to = b.jobs().isEmpty() ? k.length : from + b.jobs().get(j) * wide;
            for (int i = from; i < to; i++) {
                k[i] = b.lossMask()[i] * weights[j];
            }
        }
        return k;
    }
}
