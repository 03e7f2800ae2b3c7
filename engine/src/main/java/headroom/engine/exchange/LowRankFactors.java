package headroom.engine.exchange;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

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

    /** B A + other's B A as one pair: the rows of both A under each other, the columns of both B beside each other. */
    public LowRankFactors beside(LowRankFactors other) {
        if (!target().equals(other.target()) || a.dtype() != other.a.dtype() || b.dtype() != other.b.dtype()) {
            throw new IllegalArgumentException("pairs that change " + target() + " " + a.dtype() + " and " + other.target() + " " + other.a.dtype() + " do not make one");
        }
        int rank = rank() + other.rank();
        ByteBuffer rows = ByteBuffer.allocate(Math.toIntExact(a.shape().bytes(a.dtype()) + other.a.shape().bytes(a.dtype())));
        rows.put(a.littleEndianData()).put(other.a.littleEndianData()).flip();
        long out = target().dim(0);
        int left = rank() * b.dtype().bytes();
        int right = other.rank() * b.dtype().bytes();
        ByteBuffer columns = ByteBuffer.allocate(Math.toIntExact(out * (left + right)));
        ByteBuffer ours = b.littleEndianData();
        ByteBuffer theirs = other.b.littleEndianData();
        for (int o = 0; o < out; o++) {
            columns.put(ours.slice(o * left, left)).put(theirs.slice(o * right, right));
        }
        return new LowRankFactors(new RawTensor(a.name(), a.dtype(), Shape.of(rank, target().dim(1)), rows), new RawTensor(b.name(), b.dtype(), Shape.of(out, rank), columns.flip()));
    }

    /** The pair of some of its directions: rows of A and columns of B, in this order. */
    public LowRankFactors of(List<Integer> directions) {
        int size = b.dtype().bytes();
        int width = Math.toIntExact(target().dim(1)) * a.dtype().bytes();
        long out = target().dim(0);
        ByteBuffer rows = ByteBuffer.allocate(Math.multiplyExact(directions.size(), width));
        ByteBuffer columns = ByteBuffer.allocate(Math.toIntExact(out * directions.size() * size));
        ByteBuffer from = a.littleEndianData();
        directions.forEach(d -> rows.put(from.slice(d * width, width)));
        ByteBuffer across = b.littleEndianData();
        for (int o = 0; o < out; o++) {
            for (int d : directions) {
                columns.put(across.slice((o * rank() + d) * size, size));
            }
        }
        return new LowRankFactors(new RawTensor(a.name(), a.dtype(), Shape.of(directions.size(), target().dim(1)), rows.flip()),
                new RawTensor(b.name(), b.dtype(), Shape.of(out, directions.size()), columns.flip()));
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
