package headroom.engine.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The checked header of a safetensors file: where each tensor lies in the data that follows. */
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata, long dataStart) {

    /** The format's own limit on the header. */
    static final int MOST_BYTES = 100_000_000;
    static final String METADATA = "__metadata__";

    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final String DAMAGED = "The file is damaged or no safetensors file; fetch or export it again.";

    /** One tensor; offsets count from the start of the data. */
    record Entry(DType dtype, Shape shape, long begin, long end) {
    }

    private static Optional<DType> dtypeOf(String name) {
        // the format's names are the engine's own; its unsigned wide types have no counterpart in libtorch 2.7's kernels
        for (DType d : DType.values()) {
            if (d.name().equals(name)) {
                return Optional.of(d);
            }
        }
        return Optional.empty();
    }

    static SafeTensorsHeader read(Path path, MemorySegment file) throws IOException {
        if (file.byteSize() < 8) {
            throw new FormatException(path, "start", file.byteSize() + " bytes", "at least 8 for the header length", DAMAGED);
        }
        long length = file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        long most = Math.min(MOST_BYTES, file.byteSize() - 8);
        if (length < 2 || length > most) {
            throw new FormatException(path, "header length", Long.toUnsignedString(length), "2 to " + most + " bytes", DAMAGED);
        }
        return new Reader(path, 8 + length, file.byteSize() - 8 - length).read(text(path, file.asSlice(8, length)));
    }

    private static String text(Path path, MemorySegment bytes) {
        if (bytes.get(ValueLayout.JAVA_BYTE, 0) != '{') {
            throw new FormatException(path, "header", "byte " + (bytes.get(ValueLayout.JAVA_BYTE, 0) & 0xff), "'{'", DAMAGED);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.asByteBuffer()).toString();
        } catch (CharacterCodingException e) {
            throw new FormatException(path, "header", "bytes that are no UTF-8", "JSON in UTF-8", DAMAGED, e);
        }
    }

    /** Reads one header; it remembers the file for its messages. */
    private record Reader(Path path, long dataStart, long dataBytes) {

        SafeTensorsHeader read(String text) throws IOException {
            Map<String, Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            try (JsonParser p = JSON.createParser(text)) {
                expect(p.nextToken(), JsonToken.START_OBJECT, "header");
                while (p.nextToken() == JsonToken.FIELD_NAME) {
                    String name = p.currentName();
                    p.nextToken();
                    if (name.equals(METADATA)) {
                        readMetadata(p, metadata);
                    } else {
                        entries.put(name, readEntry(p, name));
                    }
                }
                if (p.nextToken() != null) {
                    throw new FormatException(path, "header", "more after the closing brace", "blanks only", DAMAGED);
                }
            } catch (JsonProcessingException e) {
                throw new FormatException(path, "header", e.getOriginalMessage(), "one JSON object without double keys", DAMAGED, e);
            }
            checkTiling(entries);
            return new SafeTensorsHeader(entries, metadata, dataStart);
        }

        private void readMetadata(JsonParser p, Map<String, String> metadata) throws IOException {
            expect(p.currentToken(), JsonToken.START_OBJECT, METADATA);
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String key = p.currentName();
                expect(p.nextToken(), JsonToken.VALUE_STRING, METADATA + " '" + key + "'");
                metadata.put(key, p.getText());
            }
        }

        private Entry readEntry(JsonParser p, String name) throws IOException {
            String place = "tensor '" + name + "'";
            String dtype = null;
            long[] shape = null;
            long[] offsets = null;
            expect(p.currentToken(), JsonToken.START_OBJECT, place);
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String field = p.currentName();
                p.nextToken();
                switch (field) {
                    case "dtype" -> {
                        expect(p.currentToken(), JsonToken.VALUE_STRING, place + " dtype");
                        dtype = p.getText();
                    }
                    case "shape" -> shape = readNumbers(p, place + " shape");
                    case "data_offsets" -> offsets = readNumbers(p, place + " data_offsets");
                    default -> throw new FormatException(path, place, "the field '" + field + "'", "dtype, shape and data_offsets", DAMAGED);
                }
            }
            if (dtype == null || shape == null || offsets == null) {
                String lacks = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
                throw new FormatException(path, place, "no field '" + lacks + "'", "dtype, shape and data_offsets", DAMAGED);
            }
            return check(place, dtype, shape, offsets);
        }

        private long[] readNumbers(JsonParser p, String place) throws IOException {
            expect(p.currentToken(), JsonToken.START_ARRAY, place);
            List<Long> numbers = new ArrayList<>();
            while (p.nextToken() != JsonToken.END_ARRAY) {
                expect(p.currentToken(), JsonToken.VALUE_NUMBER_INT, place);
                if (p.getNumberType() == JsonParser.NumberType.BIG_INTEGER || p.getLongValue() < 0) {
                    throw new FormatException(path, place, shortened(p.getText()), "numbers from 0 to 2^63 - 1", DAMAGED);
                }
                numbers.add(p.getLongValue());
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private Entry check(String place, String dtypeName, long[] dims, long[] offsets) {
            DType dtype = dtypeOf(dtypeName).orElseThrow(() -> new FormatException(path, place, "dtype '" + shortened(dtypeName) + "'",
                    "one of " + List.of(DType.values()), "Convert the tensor to one of these types."));
            if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes) {
                throw new FormatException(path, place, "data_offsets " + Arrays.toString(offsets),
                        "a begin and an end, in order, within the " + dataBytes + " bytes of data", DAMAGED);
            }
            Shape shape;
            long needed;
            try {
                shape = Shape.of(dims);
                needed = shape.bytes(dtype);
            } catch (ArithmeticException e) {
                throw new FormatException(path, place, "shape " + Arrays.toString(dims), "fewer than 2^63 bytes", DAMAGED, e);
            }
            if (needed != offsets[1] - offsets[0]) {
                throw new FormatException(path, place, offsets[1] - offsets[0] + " bytes", needed + " bytes for " + dtype + " " + shape, DAMAGED);
            }
            return new Entry(dtype, shape, offsets[0], offsets[1]);
        }

        /** No byte of the data belongs to two tensors or to none: nothing can hide in the file. */
        private void checkTiling(Map<String, Entry> entries) {
            List<Map.Entry<String, Entry>> order = new ArrayList<>(entries.entrySet());
            order.sort(Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin()).thenComparingLong(e -> e.getValue().end()));
            long at = 0;
            for (Map.Entry<String, Entry> e : order) {
                Entry entry = e.getValue();
                if (entry.begin() != at) {
                    String what = entry.begin() < at ? "an overlap with the tensor before it" : "a hole of " + (entry.begin() - at) + " bytes before it";
                    throw new FormatException(path, "tensor '" + e.getKey() + "'", what + " (begins at " + entry.begin() + ")", "data from byte " + at, DAMAGED);
                }
                at = entry.end();
            }
            if (at != dataBytes) {
                throw new FormatException(path, "data", dataBytes + " bytes", at + " bytes, where the last tensor ends", DAMAGED);
            }
        }

        private void expect(JsonToken found, JsonToken expected, String place) {
            if (found != expected) {
                throw new FormatException(path, place, String.valueOf(found), expected.toString(), DAMAGED);
            }
        }

        private static String shortened(String s) {
            return s.length() <= 40 ? s : s.substring(0, 40) + "…";
        }
    }
}
