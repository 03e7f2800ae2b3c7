package headroom.engine.workbench;

/**
 * One matrix of a model as a form of storage keeps it.
 *
 * @param form short word of the form, as {@code --set weights=} takes it
 * @param path of the linear layer, {@code decoder.3.mlp.up}
 * @param bytes as stored, scales and zero points included
 * @param relativeError ‖W − Ŵ‖ / ‖W‖ (Frobenius)
 * @param maxError largest |w − ŵ|
 * @param quarticError ‖W − Ŵ‖₄ / ‖W‖₄
 */
public record StoredMatrix(String form, String path, long out, long in, long bytes, double relativeError, double maxError, double quarticError) {
    public double bitsPerWeight() {
        return 8.0 * bytes / (out * in);
    }
}
