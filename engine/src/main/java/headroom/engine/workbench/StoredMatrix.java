package headroom.engine.workbench;

import headroom.engine.recipe.weights.StoreReport;

/**
 * One matrix of a model as a form of storage keeps it.
 *
 * @param form short word of the form, as {@code --set weights=} takes it
 * @param path of the linear layer, {@code decoder.3.mlp.up}
 * @param bytes as stored, scales and zero points included
 * @param relativeError ‖W − Ŵ‖ / ‖W‖ (Frobenius)
 * @param maxError largest |w − ŵ|
 * @param quarticError ‖W − Ŵ‖₄ / ‖W‖₄
 * @param outputError ‖X(W − Ŵ)ᵀ‖ / ‖XWᵀ‖ over calibration rows X; NaN where there were none
 */
public record StoredMatrix(String form, String path, long out, long in, long bytes, double relativeError, double maxError, double quarticError, double outputError) {
    static StoredMatrix of(String form, StoreReport r) {
        return new StoredMatrix(form, r.path(), r.out(), r.in(), r.bytes(), r.relativeError(), r.maxError(), r.quarticError(), r.outputError());
    }

    public double bitsPerWeight() {
        return 8.0 * bytes / (out * in);
    }
}
