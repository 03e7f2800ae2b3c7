package headroom.engine.compute;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import headroom.engine.memory.Account;
import headroom.engine.memory.Arena;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Computes with libtorch through DJL. Each kernel is a method of one TorchScript module; autograd is off, so libtorch keeps nothing for itself.
 *
 * <p>What comes back is held against the kernel's rule: another shape or element type is a defect of the rule and fails at once.
 */
public final class TorchCompute extends Compute {
    private static final String ENGINE = "PyTorch";

    static {
        // DJL would look for a newer native library and report its use; everything needed is on the class path
        System.setProperty("ai.djl.offline", System.getProperty("ai.djl.offline", "true"));
        System.setProperty("OPT_OUT_TRACKING", System.getProperty("OPT_OUT_TRACKING", "true"));
    }

    private final PtNDManager manager;
    private final TorchKernels kernels;
    /** Outputs of types that the binding does not know and libtorch confirmed. */
    private final Set<String> told = new HashSet<>();
    /** Copies between tiers that nobody waits for yet; made when the first one is asked. */
    private ExecutorService lane;
    /** Where what passes in a step lies, or null. */
    private TorchArena arena;

    private TorchCompute(Ledger ledger, PtNDManager manager) {
        super(ledger);
        this.manager = manager;
        this.kernels = TorchKernels.load(manager);
    }

    /** Opens a machine on the CPU. The first call of a process loads libtorch. */
    public static TorchCompute cpu(Ledger ledger) {
        return open(ledger, Device.cpu());
    }

    /** Opens a machine on the first CUDA device. */
    public static TorchCompute cuda(Ledger ledger) {
        return open(ledger, Device.gpu(0));
    }

    private static TorchCompute open(Ledger ledger, Device device) {
        Engine.getEngine(ENGINE);
        // no profiling executor: it would recompile on every new shape
        JniUtils.setGraphExecutorOptimize(false);
        return new TorchCompute(ledger, (PtNDManager) NDManager.newBaseManager(device, ENGINE));
    }

    @Override
    public boolean isDry() {
        return false;
    }

    @Override
    public void reserve(ArenaPlan plan) {
        if (arena != null) {
            throw new IllegalStateException("this machine has a storage of " + arena.arena().bytes() + " bytes already");
        }
        arena = new TorchArena(manager, kernels, plan);
    }

    @Override
    public Optional<Arena.Use> arenaUse() {
        return arena == null ? Optional.empty() : Optional.of(arena.arena().use());
    }

    @Override
    public void enter(Object kind) {
        if (arena != null) {
            arena.arena().enter(kind, ledger().opened());
        }
    }

    @Override
    public void leave() {
        if (arena != null) {
            arena.arena().leave();
        }
    }

    @Override
    protected Object[] launch(Kernel kernel, Kernel.Outcome outcome, Account[] accounts, Object[] args) {
        Object[] placed = arena == null ? null : arena.launch(kernel, outcome, accounts, args);
        if (placed != null) {
            return placed;
        }
        try (IValue out = kernels.call(kernel.name(), args)) {
            return results(kernel, outcome.outputs(), out);
        }
    }

    private Object[] results(Kernel kernel, List<Kernel.Spec> specs, IValue out) {
        int n = specs.size();
        PtNDArray[] arrays;
        if (n == 0) {
            return new Object[0];
        } else if (n == 1) {
            arrays = new PtNDArray[] {out.toTensor(manager)};
        } else if (out.isTuple()) {
            IValue[] parts = out.toIValueTuple();
            arrays = new PtNDArray[parts.length];
            for (int i = 0; i < parts.length; i++) {
                arrays[i] = parts[i].toTensor(manager);
                parts[i].close();
            }
        } else {
            arrays = out.toTensorArray(manager);
        }
        if (arrays.length != n) {
            throw new IllegalStateException(kernel.name() + " gave " + arrays.length + " tensors; its rule promised " + n);
        }
        for (int i = 0; i < n; i++) {
            Kernel.Spec spec = specs.get(i);
            long[] real = JniUtils.getShape(arrays[i]).getShape();
            if (!Shape.of(real).equals(spec.shape()) || !isOfType(arrays[i], spec.dtype(), kernel.name() + i)) {
                String found = "type " + codeOf(arrays[i]) + " " + Shape.of(real);
                for (PtNDArray a : arrays) {
                    a.close();
                }
                throw new IllegalStateException(kernel.name() + " gave " + found + " as output " + i + "; its rule promised " + spec);
            }
        }
        return arrays;
    }

    /** The binding cannot tell the types it does not know apart: those are asked of libtorch, once for each output of a kernel, since a question costs a call. */
    private boolean isOfType(PtNDArray array, DType expected, String output) {
        DataType known = dataType(expected);
        if (known != DataType.UNKNOWN) {
            return JniUtils.getDataType(array) == known;
        }
        return told.contains(output + expected) || codeOf(array) == expected.torchCode() && told.add(output + expected);
    }

    private long codeOf(PtNDArray array) {
        try (IValue code = kernels.call("type_code", array)) {
            return code.toLong();
        }
    }

    /** The array of an open tensor, wherever it lies. */
    static PtNDArray array(Tensor t) {
        Object handle = handleOf(t);
        return handle instanceof TorchArena.Placed placed ? placed.array() : (PtNDArray) handle;
    }

    @Override
    public double item(Tensor scalar) {
        if (scalar.elements() != 1) {
            throw new IllegalArgumentException("item of " + scalar);
        }
        ByteBuffer b = download(scalar);
        return switch (scalar.dtype()) {
            case F64 -> b.getDouble(0);
            case F32 -> b.getFloat(0);
            case BF16 -> Float.intBitsToFloat(b.getShort(0) << 16);
            case F16 -> Float.float16ToFloat(b.getShort(0));
            case I64 -> b.getLong(0);
            case I32 -> b.getInt(0);
            case I16 -> b.getShort(0);
            case I8 -> b.get(0);
            case U8, BOOL -> b.get(0) & 0xff;
            case F8_E4M3, F8_E5M2 -> throw new IllegalArgumentException("read " + scalar + " through a cast");
        };
    }

    @Override
    public ByteBuffer download(Tensor tensor) {
        ByteBuffer b = JniUtils.getByteBuffer(array(tensor), false);
        return b.order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public float[] floats(Tensor tensor) {
        ByteBuffer b = download(tensor);
        int n = Math.toIntExact(tensor.elements());
        float[] out = new float[n];
        switch (tensor.dtype()) {
            case F32 -> b.asFloatBuffer().get(out);
            case F64 -> {
                for (int i = 0; i < n; i++) {
                    out[i] = (float) b.getDouble(i * Double.BYTES);
                }
            }
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    out[i] = Float.intBitsToFloat(b.getShort(i * Short.BYTES) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    out[i] = Float.float16ToFloat(b.getShort(i * Short.BYTES));
                }
            }
            default -> throw new IllegalArgumentException("floats of " + tensor);
        }
        return out;
    }

    @Override
    public void overwrite(Tensor tensor, Supplier<ByteBuffer> data) {
        try (PtNDArray typed = newFrom(tensor.dtype(), tensor.shape(), data)) {
            kernels.apply("copy_into", array(tensor), typed);
        }
    }

    /** A place for a tensor that is brought in, or null. */
    private TorchArena.Placed place(Account account, Shape shape, DType dtype) {
        return arena == null ? null : arena.place(account, shape, dtype);
    }

    @Override
    protected Object newZeros(DType dtype, Shape shape, Account account) {
        TorchArena.Placed placed = place(account, shape, dtype);
        if (placed == null) {
            return kernels.make("zeros", shape.dims(), (long) dtype.torchCode());
        }
        kernels.apply("zero_into", placed.array());
        return placed;
    }

    @Override
    protected Object newFrom(DType dtype, Shape shape, Supplier<ByteBuffer> data, Account account) {
        TorchArena.Placed placed = place(account, shape, dtype);
        if (placed == null) {
            return newFrom(dtype, shape, data);
        }
        try (PtNDArray host = onHost(dtype, shape, data)) {
            kernels.apply("copy_into", arena.bytes(placed, shape.bytes(dtype)), host);
            return placed;
        } catch (RuntimeException e) {
            free(placed);
            throw e;
        }
    }

    private PtNDArray newFrom(DType dtype, Shape shape, Supplier<ByteBuffer> data) {
        // the array that DJL makes only borrows the host buffer, so the tensor is a copy of it; it goes over as bytes, because the binding does not know every type
        try (PtNDArray host = onHost(dtype, shape, data)) {
            return kernels.make("from_bytes", host, shape.dims(), (long) dtype.torchCode());
        }
    }

    private PtNDArray onHost(DType dtype, Shape shape, Supplier<ByteBuffer> data) {
        ByteBuffer given = data.get();
        long expected = shape.bytes(dtype);
        if (given.remaining() != expected) {
            throw new IllegalArgumentException("host data of " + given.remaining() + " bytes for " + dtype + " " + shape + ", which takes " + expected);
        }
        ByteBuffer direct = given.isDirect() ? given.slice().order(ByteOrder.LITTLE_ENDIAN)
                : ByteBuffer.allocateDirect((int) expected).order(ByteOrder.LITTLE_ENDIAN).put(given.slice()).rewind();
        return JniUtils.createNdFromByteBuffer(manager, direct, new ai.djl.ndarray.types.Shape(expected), DataType.UINT8, SparseFormat.DENSE, manager.getDevice());
    }

    /** On a machine without a GPU both tiers are its main memory: a copy there is a copy. */
    @Override
    protected Object copied(Tensor x, Tier to, Account account) {
        return copied(array(x), to, place(account, x.shape(), x.dtype()));
    }

    @Override
    protected Object copying(Tensor x, Tier to, Account account) {
        PtNDArray array = array(x);
        TorchArena.Placed placed = place(account, x.shape(), x.dtype());
        if (lane == null) {
            lane = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("transfer lane").factory());
        }
        return lane.submit(() -> copied(array, to, placed));
    }

    private Object copied(PtNDArray array, Tier to, TorchArena.Placed placed) {
        if (placed != null) {
            kernels.apply("copy_into", placed.array(), array);
            return placed;
        }
        return manager.getDevice().isGpu() ? array.toDevice(to == Tier.HOST ? Device.cpu() : manager.getDevice(), true) : kernels.make("copy", array);
    }

    @Override
    protected Object viewOf(Tensor base, Shape shape) {
        return JniUtils.reshape(array(base), shape.dims());
    }

    @Override
    protected Object rowsOf(Tensor base, long from, long to) {
        return kernels.make("rows", array(base), from, to);
    }

    @Override
    protected void free(Object handle) {
        if (handle instanceof TorchArena.Placed placed) {
            arena.arena().release(placed.offset());
        } else {
            ((PtNDArray) handle).close();
        }
    }

    private static DataType dataType(DType dtype) {
        return switch (dtype) {
            case F64 -> DataType.FLOAT64;
            case F32 -> DataType.FLOAT32;
            case F16 -> DataType.FLOAT16;
            case I64 -> DataType.INT64;
            case I32 -> DataType.INT32;
            case I8 -> DataType.INT8;
            case U8 -> DataType.UINT8;
            case BOOL -> DataType.BOOLEAN;
            case BF16, I16, F8_E4M3, F8_E5M2 -> DataType.UNKNOWN;
        };
    }

    @Override
    public void close() {
        if (lane != null) {
            lane.close();
        }
        if (arena != null) {
            arena.close();
        }
        kernels.close();
        manager.close();
    }
}
