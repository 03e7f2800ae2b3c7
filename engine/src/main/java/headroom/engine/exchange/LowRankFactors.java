package headroom.engine.exchange;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The two factors of a low-rank change ΔW = scaling · B A of one linear layer (LoRA).
 *
 * @param a A [rank, in]
 * @param b B [out, rank]
 */
public record LowRankFactors(RawTensor a, RawTensor b) {

    /** @throws IllegalArgumentException if the shapes do not multiply */
    public LowRankFactors {
        if (a.shape().rank() != 2 || b.shape().rank() != 2 || a.shape().dim(0) != b.shape().dim(1)) {
            throw new IllegalArgumentException("A " + a.shape() + " and B " + b.shape() + " are no pair [rank, in], [out, rank]");
        }
    }

    public int rank() {
        return Math.toIntExact(a.shape().dim(0));
    }

    /** Shape [out, in] of the matrix they change. */
    public Shape target() {
        return Shape.of(b.shape().dim(0), a.shape().dim(1));
    }

    /**
     * W + scaling · B A, summed in double precision and rounded once to W's type.
     *
     * @param weight W, [out, in], F64, F32, F16 or BF16
     * @throws IllegalArgumentException if W has another shape or type
     */
    public RawTensor mergedInto(RawTensor weight, double scaling) {
        if (!weight.shape().equals(target())) {
            throw new IllegalArgumentException("'" + weight.name() + "' is " + weight.shape() + ", the factors change " + target());
        }
        int out = Math.toIntExact(target().dim(0));
        int in = Math.toIntExact(target().dim(1));
        float[] av = a.toFloats();
        float[] bv = b.toFloats();
        ByteBuffer from = weight.littleEndianData();
        ByteBuffer to = ByteBuffer.allocate(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        double[] row = new double[in];
        for (int o = 0; o < out; o++) {
            Arrays.fill(row, 0);
            for (int k = 0; k < rank(); k++) {
                double factor = scaling * bv[o * rank() + k];
                for (int i = 0; i < in; i++) {
                    row[i] += factor * av[k * in + i];
                }
            }
            for (int i = 0; i < in; i++) {
                add(weight.dtype(), from, to, o * in + i, row[i]);
            }
        }
        return new RawTensor(weight.name(), weight.dtype(), weight.shape(), to);
    }

    private static void add(DType dtype, ByteBuffer from, ByteBuffer to, int at, double change) {
        switch (dtype) {
            case F64 -> to.putDouble(8 * at, from.getDouble(8 * at) + change);
            case F32 -> to.putFloat(4 * at, (float) (from.getFloat(4 * at) + change));
            case F16 -> to.putShort(2 * at, Float.floatToFloat16((float) (Float.float16ToFloat(from.getShort(2 * at)) + change)));
            case BF16 -> to.putShort(2 * at, toBf16((float) (Float.intBitsToFloat(from.getShort(2 * at) << 16) + change)));
            default -> throw new IllegalArgumentException("a change cannot be merged into " + dtype + ", only into F64, F32, F16 or BF16");
        }
    }

    /** Rounds to nearest, ties to even; a NaN stays one. */
    private static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
