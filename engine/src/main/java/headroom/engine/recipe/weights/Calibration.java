package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.GptqKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.LossKernels;
import headroom.engine.data.Batch;
import headroom.engine.memory.Category;
import headroom.engine.model.Model;
import headroom.engine.model.Storage;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.recipe.WeightsChoice.Fit;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Pass;
import headroom.engine.tape.ops.WeightSource;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Integers for the matrices of a model by what rows of data make of them. The model is loaded plain; block by block, from the input upward, rows go through it, each matrix of the block sums
 * xᵀx of its inputs, and then one matrix after another is replaced by codes that a sweep over its columns chose (GPTQ). So what a block gets to see are inputs as the codes before it make them.
 */
public final class Calibration {
    /** Share of the mean of the Hessian's diagonal that is added to it. */
    private static final double DAMP = 0.01;

    private Calibration() {}

    /** Ways to choose the integers of one matrix, all judged by the same inputs. */
    public enum Way {
        MINMAX, SHRINK, GRID_LP, SWEEP
    }

    /** What one way makes of one matrix. */
    public record Judged(Way way, StoreReport report) {}

    /**
     * Replaces every matrix by the codes of the sweep and compares, on the inputs that it had, what each way would do to its outputs. Nothing stays booked.
     *
     * @param choice form of the codes; its own fit does not matter
     * @param rows batches of one text a row, at least one
     */
    public static List<Judged> of(Compute c, Assembly.ModelMaker maker, WeightsChoice.IntegerCodes choice, DType dtype, long seed, List<Batch> rows) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("a calibration without rows; give at least one batch");
        }
        Map<String, CalibratedWeight> sites = new LinkedHashMap<>();
        Storage plain = (machine, path, out, in, dense) -> {
            CalibratedWeight w = new CalibratedWeight(path, dense.get());
            sites.put(path, w);
            return w;
        };
        List<Judged> judged = new ArrayList<>();
        try (WeightStores stores = WeightStores.open(c, choice, dtype, seed); Model model = maker.make(c, dtype, plain)) {
            for (String block : model.blocks()) {
                List<CalibratedWeight> here = sites.values().stream().filter(w -> w.path().startsWith(block + ".")).toList();
                here.forEach(w -> w.observe(c));
                rows.forEach(batch -> pass(c, model, here, batch));
                for (CalibratedWeight w : here) {
                    replace(c, stores, choice, w, judged);
                }
            }
        }
        return List.copyOf(judged);
    }

    private static void pass(Compute c, Model model, List<CalibratedWeight> here, Batch batch) {
        c.ledger().during("calibrate", "");
        try (DeviceBatch d = BatchUpload.of(c, batch, 1, batch.labels().length > batch.rows()).getFirst();
                Tensor kept = c.upload(Category.DATA, "batch", DType.F32, Shape.of((long) batch.rows() * batch.length()), () -> valid(batch))) {
            here.forEach(w -> w.counting(kept));
            model.hidden(Pass.untaped(c), StackDriver.PLAIN, d.inputs()).release();
        }
    }

    private static ByteBuffer valid(Batch b) {
        ByteBuffer out = ByteBuffer.allocateDirect(4 * b.rows() * b.length()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < b.rows(); i++) {
            for (int j = 0; j < b.length(); j++) {
                out.putFloat(j < b.lengths()[i] ? 1 : 0);
            }
        }
        return out.flip();
    }

    private static void replace(Compute c, WeightStores stores, WeightsChoice.IntegerCodes choice, CalibratedWeight w, List<Judged> judged) {
        String before = c.within(w.path());
        c.ledger().during("replace", w.path());
        try (Tensor gram = w.observed()) {
            for (Way way : List.of(Way.MINMAX, Way.SHRINK, Way.GRID_LP)) {
                try (WeightSource rounded = stores.integers(c, w.path(), w.dense(), choice.with(Fit.valueOf(way.name())), null)) {
                    judged.add(new Judged(way, judge(c, w, rounded, gram)));
                }
            }
            WeightSource swept;
            try (Tensor factor = c.call(GptqKernels.GPTQ_FACTOR, gram, DAMP)) {
                swept = stores.integers(c, w.path(), w.dense(), choice, factor);
            }
            judged.add(new Judged(Way.SWEEP, judge(c, w, swept, gram)));
            w.replace(swept);
        } finally {
            c.within(before);
        }
    }

    private static StoreReport judge(Compute c, CalibratedWeight w, WeightSource stored, Tensor gram) {
        StoreReport plain = StoreReport.of(c, w.path(), w.dense(), stored);
        try (Tensor lost = c.call(CoreKernels.COPY, w.dense()); Tensor back = stored.rows(c, 0, stored.out())) {
            c.apply(ElementwiseKernels.AXPY_INTO, lost, back, -1.0);
            double all = energy(c, w.dense(), gram);
            return plain.withOutputError(all == 0 ? 0 : Math.sqrt(energy(c, lost, gram) / all));
        }
    }

    /** Σ over the inputs of ‖W·x‖²: the trace of W·H·Wᵀ. */
    private static double energy(Compute c, Tensor w, Tensor gram) {
        try (Tensor wh = c.call(LinearKernels.LINEAR, w, gram); Tensor each = c.call(ElementwiseKernels.MUL, wh, w); Tensor sum = c.call(LossKernels.SUM, each)) {
            return Math.max(0, c.item(sum));
        }
    }
}
