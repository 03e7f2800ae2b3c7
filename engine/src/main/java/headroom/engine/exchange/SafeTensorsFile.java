package headroom.engine.exchange;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file, memory mapped. Layout: eight bytes little-endian header length, that many bytes of JSON, then the data
 * that the header's offsets cut without gap or overlap. Everything is checked before the first tensor is given out.
 */
public final class SafeTensorsFile implements TensorFile {
    private final Path path;
    private final Arena arena;
    private final MemorySegment data;
    private final SafeTensorsHeader header;

    private SafeTensorsFile(Path path, Arena arena, MemorySegment data, SafeTensorsHeader header) {
        this.path = path;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps the file and checks its header.
     *
     * @throws IOException     if it cannot be read
     * @throws FormatException if it is not a valid safetensors file
     */
    public static SafeTensorsFile open(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            SafeTensorsHeader header = SafeTensorsHeader.read(path, file);
            return new SafeTensorsFile(path, arena, file.asSlice(header.dataStart()), header);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    @Override
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public RawTensor get(String name) {
        SafeTensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw TensorFile.missing(this, name);
        }
        return new RawTensor(name, entry.dtype(), entry.shape(), data.asSlice(entry.begin(), entry.end() - entry.begin()));
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
