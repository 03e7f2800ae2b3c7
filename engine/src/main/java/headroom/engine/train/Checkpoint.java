package headroom.engine.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.SafeTensorsFile;
import headroom.engine.exchange.SafeTensorsWriter;
import headroom.engine.recipe.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A checkpoint folder: {@code state.safetensors} with the trained parameters, or the parts of them that trained, and optimizer state, {@code checkpoint.json} with the numbers and the hash of the former.
 * Written beside its final name, synced, then renamed: a folder with the final name is complete.
 */
public final class Checkpoint {
    private static final String TENSORS = "state.safetensors";
    private static final String NUMBERS = "checkpoint.json";
    /** 2 may hold parts of parameters, 1 holds whole ones. */
    private static final int FORMAT = 2;
    private static final int OLDEST = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Checkpoint() {}

    /** Where a checkpoint is, how large, and the hash of its tensors. */
    public record Written(Path folder, long bytes, String sha256) {}

    private record File(int format, String sha256, Map<String, Long> numbers) {}

    /** Something that puts itself into a {@link State.Writer}. */
    @FunctionalInterface
    public interface Content {
        void save(State.Writer w);
    }

    /**
     * Writes a checkpoint.
     *
     * @throws IOException if it could not be written; nothing with the final name exists then
     */
    public static Written write(Compute compute, Path folder, Content content) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path temporary = Files.createTempDirectory(parent, ".writing-");
        try {
            Map<String, SafeTensorsWriter.Entry> entries = new LinkedHashMap<>();
            Map<String, Long> numbers = new LinkedHashMap<>();
            content.save(new State.Writer() {
                @Override
                public void tensor(String name, Tensor tensor) {
                    entries.put(name, SafeTensorsWriter.Entry.of(name, tensor.dtype(), tensor.shape(), () -> compute.download(tensor)));
                }

                @Override
                public void data(String name, DType dtype, Shape shape, Supplier<ByteBuffer> bytes) {
                    entries.put(name, SafeTensorsWriter.Entry.of(name, dtype, shape, bytes::get));
                }

                @Override
                public void number(String name, long value) {
                    numbers.put(name, value);
                }
            });
            SafeTensorsWriter.write(temporary.resolve(TENSORS), List.copyOf(entries.values()), Map.of("format", "headroom checkpoint " + FORMAT));
            String hash = sha256(temporary.resolve(TENSORS));
            Path json = temporary.resolve(NUMBERS);
            Files.write(json, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new File(FORMAT, hash, numbers)));
            sync(json);
            sync(temporary);
            long bytes = Files.size(temporary.resolve(TENSORS)) + Files.size(json);
            Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
            sync(parent);
            return new Written(folder, bytes, hash);
        } catch (IOException | RuntimeException e) {
            delete(temporary);
            throw e;
        }
    }

    /**
     * Opens a checkpoint after holding its tensors against their hash.
     *
     * @throws IOException if it is not complete or not what was written; the message names the file and says what to do
     */
    public static Opened open(Path folder) throws IOException {
        Path json = folder.resolve(NUMBERS);
        if (!Files.isRegularFile(json)) {
            throw new IOException("checkpoint " + folder + " has no " + NUMBERS + "; it is not complete, go on from an older one");
        }
        File file = JSON.readValue(json.toFile(), File.class);
        if (file.format() < OLDEST || file.format() > FORMAT) {
            throw new IOException("checkpoint " + folder + " has format " + file.format() + "; this version reads formats " + OLDEST + " to " + FORMAT + ", use the version that wrote it");
        }
        String found = sha256(folder.resolve(TENSORS));
        if (!found.equals(file.sha256())) {
            throw new IOException("checkpoint file " + folder.resolve(TENSORS) + " has hash " + found + ", expected " + file.sha256() + "; it was changed or damaged, go on from an older one");
        }
        return new Opened(SafeTensorsFile.open(folder.resolve(TENSORS)), file.numbers());
    }

    /** A checkpoint being read. */
    public static final class Opened implements State.Reader, AutoCloseable {
        private final SafeTensorsFile file;
        private final Map<String, Long> numbers;
        private final Set<String> names;

        private Opened(SafeTensorsFile file, Map<String, Long> numbers) {
            this.file = file;
            this.numbers = numbers;
            this.names = Set.copyOf(file.names());
        }

        @Override
        public Set<String> tensors() {
            return names;
        }

        @Override
        public DType dtype(String name) {
            return raw(name).dtype();
        }

        @Override
        public Shape shape(String name) {
            return raw(name).shape();
        }

        @Override
        public ByteBuffer data(String name) {
            return raw(name).littleEndianData();
        }

        private RawTensor raw(String name) {
            return file.get(name);
        }

        @Override
        public long number(String name) {
            Long v = numbers.get(name);
            if (v == null) {
                throw new IllegalArgumentException("the checkpoint has no number " + name);
            }
            return v;
        }

        public boolean has(String number) {
            return numbers.containsKey(number);
        }

        @Override
        public void close() {
            file.close();
        }
    }

    /** Removes a checkpoint or what is left of one. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path f, BasicFileAttributes attributes) throws IOException {
                Files.delete(f);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path d, IOException e) throws IOException {
                Files.delete(d);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void sync(Path p) throws IOException {
        // a folder can be opened for syncing on Linux and macOS; elsewhere its entries are durable with the file
        boolean folder = Files.isDirectory(p);
        if (folder && System.getProperty("os.name").startsWith("Windows")) {
            return;
        }
        try (FileChannel c = FileChannel.open(p, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            c.force(true);
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
