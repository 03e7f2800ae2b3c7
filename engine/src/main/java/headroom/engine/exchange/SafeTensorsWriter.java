package headroom.engine.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes safetensors files. Only one tensor's bytes are asked for at a time, so a model larger than memory can be written; the
 * target appears whole or not at all.
 */
public final class SafeTensorsWriter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long CHUNK = 1L << 26;

    /** Gives a tensor's bytes when its turn comes; called once. */
    public interface Source {
        /** The tensor; name, dtype and shape are those announced. */
        RawTensor fetch() throws IOException;
    }

    /**
     * A tensor to be written.
     *
     * @param name   its name in the file
     * @param dtype  element type
     * @param shape  extents
     * @param source gives the bytes later
     */
    public record Entry(String name, DType dtype, Shape shape, Source source) {

        /** An entry for a tensor that is there already. */
        public static Entry of(RawTensor tensor) {
            return new Entry(tensor.name(), tensor.dtype(), tensor.shape(), () -> tensor);
        }

        /** An entry whose bytes come later as a buffer of little-endian data. */
        public static Entry of(String name, DType dtype, Shape shape, Bytes bytes) {
            return new Entry(name, dtype, shape, () -> new RawTensor(name, dtype, shape, bytes.fetch()));
        }
    }

    /** Gives a tensor's little-endian bytes when its turn comes; called once. */
    public interface Bytes {
        ByteBuffer fetch() throws IOException;
    }

    private SafeTensorsWriter() {
    }

    /** Writes tensors that are at hand. */
    public static void write(Path target, Collection<RawTensor> tensors, Map<String, String> metadata) throws IOException {
        write(target, tensors.stream().map(Entry::of).toList(), metadata);
    }

    /**
     * Writes the tensors in the order given.
     *
     * @param metadata notes kept in the header
     * @throws IOException              if writing fails; the target is then as it was
     * @throws IllegalArgumentException if two entries share a name, or a source gives another dtype or shape than announced
     */
    public static void write(Path target, List<Entry> entries, Map<String, String> metadata) throws IOException {
        byte[] header = header(entries, metadata);
        AtomicFile.write(target, channel -> {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip();
            AtomicFile.writeFully(channel, length);
            AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
            for (Entry entry : entries) {
                writeData(channel, entry);
            }
        });
    }

    private static byte[] header(List<Entry> entries, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafeTensorsHeader.METADATA);
                for (Map.Entry<String, String> note : metadata.entrySet()) {
                    json.writeStringField(note.getKey(), note.getValue());
                }
                json.writeEndObject();
            }
            Set<String> seen = new HashSet<>(Set.of(SafeTensorsHeader.METADATA));
            long at = 0;
            for (Entry entry : entries) {
                if (!seen.add(entry.name())) {
                    throw new IllegalArgumentException("two tensors would be named '" + entry.name() + "'");
                }
                long end = Math.addExact(at, entry.shape().bytes(entry.dtype()));
                json.writeObjectFieldStart(entry.name());
                json.writeStringField("dtype", entry.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(entry.shape().dims(), 0, entry.shape().rank());
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {at, end}, 0, 2);
                json.writeEndObject();
                at = end;
            }
            json.writeEndObject();
        }
        // blanks after the JSON let the data start on a multiple of eight
        while (out.size() % 8 != 0) {
            out.write(' ');
        }
        if (out.size() > SafeTensorsHeader.MOST_BYTES) {
            throw new IllegalArgumentException(entries.size() + " tensors need a header of " + out.size() + " bytes; the format allows "
                    + SafeTensorsHeader.MOST_BYTES);
        }
        return out.toByteArray();
    }

    private static void writeData(FileChannel channel, Entry entry) throws IOException {
        RawTensor tensor = entry.source().fetch();
        if (tensor.dtype() != entry.dtype() || !tensor.shape().equals(entry.shape())) {
            throw new IllegalArgumentException("tensor '" + entry.name() + "' was announced as " + entry.dtype() + entry.shape()
                    + " and came as " + tensor.dtype() + tensor.shape());
        }
        long size = tensor.bytes().byteSize();
        for (long at = 0; at < size; at += CHUNK) {
            AtomicFile.writeFully(channel, tensor.bytes().asSlice(at, Math.min(CHUNK, size - at)).asByteBuffer());
        }
    }
}
