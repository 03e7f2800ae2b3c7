package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.QuantisationKernels;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.Storage;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.ops.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What storing one matrix costs and loses.
 *
 * @param path of the site
 * @param out rows
 * @param in columns
 * @param bytes as stored, scales and zero points included
 * @param relativeError ‖W − Ŵ‖ / ‖W‖ (Frobenius); 0 for a matrix of zeros
 * @param maxError largest |w − ŵ|
 * @param quarticError ‖W − Ŵ‖₄ / ‖W‖₄, in which few large errors weigh more than many small ones
 * @param outputError ‖X(W − Ŵ)ᵀ‖ / ‖XWᵀ‖ over calibration inputs X; NaN where there were none
 */
public record StoreReport(String path, long out, long in, long bytes, double relativeError, double maxError, double quarticError, double outputError) {
    /** The same with what it does to the outputs of calibration inputs. */
    StoreReport withOutputError(double e) {
        return new StoreReport(path, out, in, bytes, relativeError, maxError, quarticError, e);
    }

    public double bitsPerWeight() {
        return 8.0 * bytes / (out * in);
    }

    /**
     * Stores every matrix of a model as chosen, one at a time, and compares it with what it was; matrices that were made smaller are left out. Nothing stays booked.
     *
     * @param dtype type of the products
     * @param seed of the run
     */
    public static List<StoreReport> of(Compute c, Assembly.ModelMaker maker, WeightsChoice choice, DType dtype, long seed) {
        List<StoreReport> reports = new ArrayList<>();
        try (WeightStores stores = WeightStores.open(c, choice, dtype, seed); var model = maker.make(c, dtype, measured(stores, reports::add))) {
            return List.copyOf(reports);
        }
    }

    /** The same storage, which tells of each matrix what was lost. */
    static Storage measured(Storage storage, Consumer<StoreReport> heard) {
        return new Storage() {
            @Override
            public void begin(ModelConfig config) {
                storage.begin(config);
            }

            @Override
            public Tensor bias(Compute c, String site, Tensor whole) {
                return storage.bias(c, site, whole);
            }

            @Override
            public WeightSource store(Compute c, String path, long out, long in, Supplier<Tensor> dense) {
                try (Tensor whole = dense.get()) {
                    WeightSource stored = storage.store(c, path, out, in, whole::retain);
                    if (stored.out() == out && stored.in() == in) {
                        heard.accept(of(c, path, whole, stored));
                    }
                    return stored;
                }
            }
        };
    }

    /** What storing one matrix lost. */
    static StoreReport of(Compute c, String path, Tensor whole, WeightSource stored) {
        try (Tensor back = stored.rows(c, 0, stored.out()); Tensor sums = c.call(QuantisationKernels.STORE_ERROR, whole, back)) {
            float[] s = c.floats(sums);
            return new StoreReport(path, stored.out(), stored.in(), stored.bytes(), s[1] == 0 ? 0 : Math.sqrt(s[0] / s[1]), s[2], quartic(c.floats(whole), c.floats(back)), Double.NaN);
        }
    }

    private static double quartic(float[] w, float[] v) {
        double lost = 0;
        double all = 0;
        for (int i = 0; i < w.length; i++) {
            lost += Math.pow(w[i] - v[i], 4);
            all += Math.pow(w[i], 4);
        }
        return all == 0 ? 0 : Math.pow(lost / all, 0.25);
    }
}
