package headroom.engine.exchange;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor as a file holds it: row-major elements, little-endian, often mapped straight from the file and valid only while that
 * file is open.
 *
 * @param name  its name in the file
 * @param dtype element type
 * @param shape extents, outermost first
 * @param bytes exactly {@code shape.bytes(dtype)} bytes, read-only
 */
public record RawTensor(String name, DType dtype, Shape shape, MemorySegment bytes) {

    /** @throws IllegalArgumentException if the bytes are not as many as shape and dtype need */
    public RawTensor {
        long needed = shape.bytes(dtype);
        if (bytes.byteSize() != needed) {
            throw new IllegalArgumentException("tensor '" + name + "' " + dtype + shape + " needs " + needed
                    + " bytes, got " + bytes.byteSize());
        }
        bytes = bytes.asReadOnly();
    }

    /** A tensor over what remains of a buffer; the buffer's position and order do not change. */
    public RawTensor(String name, DType dtype, Shape shape, ByteBuffer littleEndianData) {
        this(name, dtype, shape, MemorySegment.ofBuffer(littleEndianData));
    }

    /** An F32 tensor with a copy of the values. */
    public static RawTensor of(String name, Shape shape, float... values) {
        ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new RawTensor(name, DType.F32, shape, data);
    }

    /**
     * The data as a fresh read-only little-endian buffer, position 0.
     *
     * @throws UnsupportedOperationException for a tensor of 2 GiB or more, which only {@link #bytes()} can give
     */
    public ByteBuffer littleEndianData() {
        if (bytes.byteSize() > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException("tensor '" + name + "' of " + bytes.byteSize() + " bytes does not fit one buffer");
        }
        return bytes.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The same data under another name. */
    public RawTensor named(String other) {
        return new RawTensor(other, dtype, shape, bytes);
    }

    /** A transposed copy of a matrix [rows, columns] as [columns, rows], on the heap. */
    public RawTensor transposed() {
        if (shape.rank() != 2) {
            throw new IllegalStateException("tensor '" + name + "' of shape " + shape + " is no matrix to transpose");
        }
        int width = dtype.bytes();
        long rows = shape.dim(0);
        long columns = shape.dim(1);
        byte[] copy = new byte[Math.toIntExact(bytes.byteSize())];
        MemorySegment target = MemorySegment.ofArray(copy);
        // tiles keep both the rows read and the rows written within the cache
        long tile = 64;
        for (long r0 = 0; r0 < rows; r0 += tile) {
            for (long c0 = 0; c0 < columns; c0 += tile) {
                for (long r = r0; r < Math.min(rows, r0 + tile); r++) {
                    for (long c = c0; c < Math.min(columns, c0 + tile); c++) {
                        copyElement(target, c * rows + r, r * columns + c, width);
                    }
                }
            }
        }
        return new RawTensor(name, dtype, Shape.of(columns, rows), target);
    }

    private void copyElement(MemorySegment target, long to, long from, int width) {
        switch (width) {
            case 1 -> target.set(ValueLayout.JAVA_BYTE, to, bytes.get(ValueLayout.JAVA_BYTE, from));
            case 2 -> target.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * to, bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * from));
            case 4 -> target.set(ValueLayout.JAVA_INT_UNALIGNED, 4 * to, bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 4 * from));
            default -> target.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 * to, bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 8 * from));
        }
    }

    /**
     * All elements as floats, on the heap; F64 and wide integers are rounded.
     *
     * @throws IllegalStateException for the 8-bit floating types, which only the compute floor converts
     */
    public float[] toFloats() {
        ByteBuffer data = littleEndianData();
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (dtype) {
                case F32 -> data.getFloat(4 * i);
                case F64 -> (float) data.getDouble(8 * i);
                case F16 -> Float.float16ToFloat(data.getShort(2 * i));
                case BF16 -> Float.intBitsToFloat(data.getShort(2 * i) << 16);
                case I64 -> data.getLong(8 * i);
                case I32 -> data.getInt(4 * i);
                case I16 -> data.getShort(2 * i);
                case I8 -> data.get(i);
                case U8, BOOL -> data.get(i) & 0xff;
                case F8_E4M3, F8_E5M2 -> throw new IllegalStateException("tensor '" + name + "' is " + dtype + ", which is not read as floats here");
            };
        }
        return values;
    }
}
