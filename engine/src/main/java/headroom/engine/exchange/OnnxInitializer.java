package headroom.engine.exchange;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** One initialiser as the file writes it, to be checked and read as a tensor. */
record OnnxInitializer(Path path, DynamicMessage message) {

    RawTensor read() {
        String name = (String) field("name");
        String place = "initialiser '" + name + "'";
        if (name.isEmpty()) {
            throw new FormatException(path, "an initialiser", "no name", "a name", OnnxFile.DAMAGED);
        }
        if ((int) field("data_location") != 0 || !((List<?>) field("external_data")).isEmpty()) {
            throw new FormatException(path, place, "its data in another file", "its data in this file",
                    "Export the model with its weights inside, or as safetensors.");
        }
        DType dtype = dtype(place);
        long[] dims = ((List<?>) field("dims")).stream().mapToLong(Long.class::cast).toArray();
        Shape shape;
        long needed;
        try {
            shape = Shape.of(dims);
            needed = shape.bytes(dtype);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new FormatException(path, place, "shape " + Arrays.toString(dims), "extents from 0 up and fewer than 2^63 bytes", OnnxFile.DAMAGED, e);
        }
        MemorySegment data = data(place, dtype);
        if (data.byteSize() != needed) {
            throw new FormatException(path, place, data.byteSize() + " bytes", needed + " bytes for " + dtype + " " + shape, OnnxFile.DAMAGED);
        }
        return new RawTensor(name, dtype, shape, data);
    }

    private DType dtype(String place) {
        int code = (int) field("data_type");
        return switch (code) {
            case 1 -> DType.F32;
            case 2 -> DType.U8;
            case 3 -> DType.I8;
            case 5 -> DType.I16;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 16 -> DType.BF16;
            case 17 -> DType.F8_E4M3;
            case 19 -> DType.F8_E5M2;
            default -> throw new FormatException(path, place, "data type " + code, "one of " + List.of(DType.values()),
                    "Convert the initialiser to one of these types.");
        };
    }

    /** The format has one field per kind of number, and raw bytes for any kind; exactly one may be filled. */
    private MemorySegment data(String place, DType dtype) {
        FieldDescriptor raw = descriptor("raw_data");
        String typed = switch (dtype) {
            case F32 -> "float_data";
            case F64 -> "double_data";
            case I64 -> "int64_data";
            default -> "int32_data";
        };
        MemorySegment numbers = numbers(typed, dtype);
        if (!message.hasField(raw)) {
            return numbers;
        }
        if (numbers.byteSize() > 0) {
            throw new FormatException(path, place, "both raw_data and " + typed, "one of them", OnnxFile.DAMAGED);
        }
        return view((ByteString) message.getField(raw));
    }

    private MemorySegment numbers(String typed, DType dtype) {
        List<?> values = (List<?>) field(typed);
        return switch (dtype) {
            case F32, F64 -> packed(values, descriptor(typed).getNumber(), dtype);
            default -> narrowed(values, dtype);
        };
    }

    /** Floats come packed, in one run (a view of the file) or several (joined); or, by old writers, one by one. */
    private MemorySegment packed(List<?> runs, int number, DType dtype) {
        if (runs.size() == 1) {
            return view((ByteString) runs.getFirst());
        }
        ByteString joined = ByteString.EMPTY;
        for (Object run : runs) {
            joined = joined.concat((ByteString) run);
        }
        if (!runs.isEmpty()) {
            return view(joined);
        }
        var single = message.getUnknownFields().getField(number);
        List<?> values = dtype == DType.F32 ? single.getFixed32List() : single.getFixed64List();
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.size(), dtype.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (Object value : values) {
            if (value instanceof Integer i) {
                bytes.putInt(i);
            } else {
                bytes.putLong((Long) value);
            }
        }
        return MemorySegment.ofBuffer(bytes.flip());
    }

    /** Narrow integers, booleans and half floats are written one per 32-bit number: their bits are its low bytes. */
    private static MemorySegment narrowed(List<?> values, DType dtype) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.size(), dtype.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (Object value : values) {
            long bits = ((Number) value).longValue();
            for (int b = 0; b < dtype.bytes(); b++) {
                bytes.put((byte) (bits >>> (8 * b)));
            }
        }
        return MemorySegment.ofBuffer(bytes.flip());
    }

    private static MemorySegment view(ByteString bytes) {
        return MemorySegment.ofBuffer(bytes.asReadOnlyByteBuffer());
    }

    private Object field(String name) {
        return message.getField(descriptor(name));
    }

    private FieldDescriptor descriptor(String name) {
        return message.getDescriptorForType().findFieldByName(name);
    }

    static List<DynamicMessage> messages(DynamicMessage holder, String field) {
        return ((List<?>) holder.getField(holder.getDescriptorForType().findFieldByName(field))).stream().map(DynamicMessage.class::cast).toList();
    }
}
