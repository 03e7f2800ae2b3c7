package headroom.tests.peers;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.AutogradCall;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The peers' TorchScript, {@code headroom/peers/*.ts.py}, packed and loaded as the engine does it with its kernels. A method that wants gradients turns autograd on itself; the
 * executor runs operator by operator, so what happens is what PyTorch does eagerly, without Python.
 */
public final class PeerModule implements AutoCloseable {
    private static final String FOLDER = "/headroom/peers/";
    private static final List<String> FAMILIES = List.of("encoder", "decoder", "training");
    /** The engine's products by oneDNN, for those who ask what this machine can do. */
    private static final String LAID_OUT = "/headroom/kernels/products_onednn.ts.py";

    private final PtNDManager manager;
    private final PtSymbolBlock module;

    public PeerModule() {
        this(FAMILIES.stream().map(f -> FOLDER + f + ".ts.py").toList());
    }

    private PeerModule(List<String> families) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        Engine.getEngine("PyTorch");
        JniUtils.setGraphExecutorOptimize(false);
        manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        try {
            Path archive = archive(families);
            try {
                module = JniUtils.loadModule(manager, archive, false, new String[0], new String[0], false);
            } finally {
                Files.delete(archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same methods and {@code add_product(y, x, w)} and {@code add_outer_product(dw, dy, x, alpha)} by oneDNN; libtorch has to have it. */
    public static PeerModule withOneDnn() {
        return new PeerModule(Stream.concat(FAMILIES.stream().map(f -> FOLDER + f + ".ts.py"), Stream.of(LAID_OUT)).toList());
    }

    private static String source(List<String> families) throws IOException {
        StringBuilder all = new StringBuilder("class Peer(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        for (String family : families) {
            try (InputStream in = PeerModule.class.getResourceAsStream(family)) {
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("__torch__.Kernels", "__torch__.Peer").split("\n")) {
                    // the loader knows neither comments nor blank lines at class level
                    if (!line.isBlank() && !line.strip().startsWith("#")) {
                        all.append(line.stripTrailing()).append('\n');
                    }
                }
            }
        }
        return all.toString();
    }

    private static Path archive(List<String> families) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(new byte[] {(byte) 0x80, 2});
        data.writeBytes("c__torch__\nPeer\n".getBytes(StandardCharsets.US_ASCII));
        data.writeBytes(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        data.writeBytes("training".getBytes(StandardCharsets.US_ASCII));
        data.writeBytes(new byte[] {(byte) 0x89, 'u', 'b', '.'});
        Path file = Files.createTempFile("headroom-peers", ".pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            put(zip, "p/data.pkl", data.toByteArray());
            put(zip, "p/code/__torch__.py", source(families).getBytes(StandardCharsets.UTF_8));
            put(zip, "p/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            put(zip, "p/version", "10\n".getBytes(StandardCharsets.US_ASCII));
        }
        return file;
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Calls a method for what it does. Arguments are {@link PtNDArray}, a list of them, long, double, boolean, {@code long[]} or {@code double[]}. */
    public void apply(String method, Object... args) {
        call(method, args).close();
    }

    /** Calls a method that makes one tensor. */
    public PtNDArray tensor(String method, Object... args) {
        try (IValue out = call(method, args)) {
            return out.toTensor(manager);
        }
    }

    /** Calls a method that makes a list of tensors. */
    public List<PtNDArray> tensors(String method, Object... args) {
        try (IValue out = call(method, args)) {
            return List.of(out.toTensorArray(manager));
        }
    }

    /** Calls a method that gives a float32 number as a tensor without extents. */
    public double number(String method, Object... args) {
        try (PtNDArray x = tensor(method, args)) {
            return JniUtils.getByteBuffer(x, false).order(ByteOrder.LITTLE_ENDIAN).getFloat(0);
        }
    }

    private IValue call(String method, Object... args) {
        IValue[] in = new IValue[args.length];
        try {
            for (int i = 0; i < args.length; i++) {
                in[i] = value(args[i]);
            }
            return AutogradCall.run(module, method, in);
        } finally {
            for (IValue v : in) {
                if (v != null) {
                    v.close();
                }
            }
        }
    }

    private static IValue value(Object arg) {
        return switch (arg) {
            case PtNDArray x -> IValue.from(x);
            case List<?> xs -> IValue.listFrom(xs.toArray(PtNDArray[]::new));
            case Integer i -> IValue.from((long) i);
            case Long l -> IValue.from((long) l);
            case Double d -> IValue.from((double) d);
            case Boolean b -> IValue.from((boolean) b);
            case long[] l -> IValue.listFrom(l);
            case double[] d -> IValue.listFrom(d);
            default -> throw new IllegalArgumentException("no method takes a " + arg.getClass().getName());
        };
    }

    /** A new tensor of zeros. */
    public PtNDArray zeros(int typeCode, long... dims) {
        return tensor("zeros", dims, (long) typeCode);
    }

    /** A new tensor of given elements. */
    public PtNDArray upload(ByteBuffer bytes, int typeCode, long... dims) {
        PtNDArray x = zeros(typeCode, dims);
        put(x, bytes, 0, dims[0]);
        return x;
    }

    /** Overwrites rows of a tensor with given elements. */
    public void put(PtNDArray to, ByteBuffer bytes, long first, long rows) {
        ByteBuffer direct = bytes.isDirect() ? bytes.slice() : ByteBuffer.allocateDirect(bytes.remaining()).put(bytes.slice()).flip();
        try (PtNDArray host = JniUtils.createNdFromByteBuffer(manager, direct.order(ByteOrder.LITTLE_ENDIAN), new ai.djl.ndarray.types.Shape(direct.remaining()), DataType.UINT8,
                SparseFormat.DENSE, manager.getDevice())) {
            tensor("put_rows", to, host, first, rows).close();
        }
    }

    /** Seeds the library's generator. */
    public void seed(long seed) {
        JniUtils.setSeed(seed);
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
