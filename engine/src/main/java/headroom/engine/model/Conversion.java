package headroom.engine.model;

import headroom.engine.compute.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns floating-point elements on the host from one type into another, rounding to the nearest, ties to even. */
final class Conversion {
    private Conversion() {}

    /** Little-endian elements of {@code from} as little-endian elements of {@code to}; the same memory where the types agree. */
    static ByteBuffer convert(MemorySegment elements, DType from, DType to) {
        ByteBuffer in = elements.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        if (from == to) {
            return in;
        }
        int n = in.remaining() / from.bytes();
        ByteBuffer out = ByteBuffer.allocateDirect(Math.multiplyExact(n, to.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            put(out, to, get(in, from, i));
        }
        return out.flip();
    }

    /** True for the types that are read and written here. */
    static boolean knows(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16 -> true;
            default -> false;
        };
    }

    private static double get(ByteBuffer in, DType dtype, int i) {
        return switch (dtype) {
            case F64 -> in.getDouble(i * Double.BYTES);
            case F32 -> in.getFloat(i * Float.BYTES);
            case F16 -> Float.float16ToFloat(in.getShort(i * Short.BYTES));
            case BF16 -> Float.intBitsToFloat(in.getShort(i * Short.BYTES) << 16);
            default -> throw new IllegalArgumentException("elements of type " + dtype + " are not converted here");
        };
    }

    private static void put(ByteBuffer out, DType dtype, double value) {
        switch (dtype) {
            case F64 -> out.putDouble(value);
            case F32 -> out.putFloat((float) value);
            case F16 -> out.putShort(Float.floatToFloat16((float) value));
            case BF16 -> out.putShort(brain((float) value));
            default -> throw new IllegalArgumentException("elements of type " + dtype + " are not converted here");
        }
    }

    private static short brain(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
