package headroom.engine.compute;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
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
    private final PtSymbolBlock module;
    /** Outputs of types that the binding does not know and libtorch confirmed. */
    private final Set<String> told = new HashSet<>();
    /** Copies between tiers that nobody waits for yet; made when the first one is asked. */
    private ExecutorService lane;

    private TorchCompute(Ledger ledger, PtNDManager manager, PtSymbolBlock module) {
        super(ledger);
        this.manager = manager;
        this.module = module;
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
        PtNDManager manager = (PtNDManager) NDManager.newBaseManager(device, ENGINE);
        Path archive = KernelLibrary.write();
        try {
            PtSymbolBlock module = JniUtils.loadModule(manager, archive, device.isGpu(), new String[0], new String[0], false);
            return new TorchCompute(ledger, manager, module);
        } finally {
            try {
                Files.deleteIfExists(archive);
            } catch (IOException e) {
                archive.toFile().deleteOnExit();
            }
        }
    }

    @Override
    public boolean isDry() {
        return false;
    }

    @Override
    protected Object[] launch(Kernel kernel, List<Kernel.Spec> specs, Object[] args) {
        IValue[] in = new IValue[args.length];
        try {
            for (int i = 0; i < args.length; i++) {
                in[i] = value(args[i]);
            }
            try (IValue out = IValueUtils.runMethod(module, kernel.name(), in)) {
                return results(kernel, specs, out);
            }
        } finally {
            for (IValue v : in) {
                if (v != null) {
                    v.close();
                }
            }
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
        try (IValue x = IValue.from(array); IValue code = IValueUtils.runMethod(module, "type_code", x)) {
            return code.toLong();
        }
    }

    private static IValue value(Object arg) {
        return switch (arg) {
            case Tensor t -> IValue.from((PtNDArray) handleOf(t));
            case Tensor[] ts -> {
                PtNDArray[] arrays = new PtNDArray[ts.length];
                for (int i = 0; i < ts.length; i++) {
                    arrays[i] = (PtNDArray) handleOf(ts[i]);
                }
                yield IValue.listFrom(arrays);
            }
            case Long l -> IValue.from((long) l);
            case Integer i -> IValue.from((long) i);
            case Double d -> IValue.from((double) d);
            case Float f -> IValue.from((double) f);
            case Boolean b -> IValue.from((boolean) b);
            case long[] l -> IValue.listFrom(l);
            default -> throw new IllegalArgumentException("no kernel takes a " + arg.getClass().getName());
        };
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
        ByteBuffer b = JniUtils.getByteBuffer((PtNDArray) handleOf(tensor), false);
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
        PtNDArray typed = (PtNDArray) newFrom(tensor.dtype(), tensor.shape(), data);
        try (IValue to = IValue.from((PtNDArray) handleOf(tensor)); IValue from = IValue.from(typed)) {
            IValueUtils.runMethod(module, "copy_into", to, from).close();
        } finally {
            typed.close();
        }
    }

    @Override
    protected Object newZeros(DType dtype, Shape shape) {
        try (IValue dims = IValue.listFrom(shape.dims());
                IValue code = IValue.from((long) dtype.torchCode());
                IValue out = IValueUtils.runMethod(module, "zeros", dims, code)) {
            return out.toTensor(manager);
        }
    }

    @Override
    protected Object newFrom(DType dtype, Shape shape, Supplier<ByteBuffer> data) {
        // the array that DJL makes only borrows the host buffer, so the tensor is a copy of it; it goes over as bytes, because the binding does not know every type
        try (PtNDArray host = onHost(dtype, shape, data);
                IValue from = IValue.from(host);
                IValue dims = IValue.listFrom(shape.dims());
                IValue code = IValue.from((long) dtype.torchCode());
                IValue out = IValueUtils.runMethod(module, "from_bytes", from, dims, code)) {
            return out.toTensor(manager);
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
    protected Object copied(Tensor x, Tier to) {
        return copied((PtNDArray) handleOf(x), to);
    }

    @Override
    protected Object copying(Tensor x, Tier to) {
        PtNDArray array = (PtNDArray) handleOf(x);
        if (lane == null) {
            lane = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("transfer lane").factory());
        }
        return lane.submit(() -> copied(array, to));
    }

    private Object copied(PtNDArray array, Tier to) {
        if (manager.getDevice().isGpu()) {
            return array.toDevice(to == Tier.HOST ? Device.cpu() : manager.getDevice(), true);
        }
        try (IValue from = IValue.from(array); IValue out = IValueUtils.runMethod(module, "copy", from)) {
            return out.toTensor(manager);
        }
    }

    @Override
    protected Object viewOf(Tensor base, Shape shape) {
        return JniUtils.reshape((PtNDArray) handleOf(base), shape.dims());
    }

    @Override
    protected Object rowsOf(Tensor base, long from, long to) {
        try (IValue x = IValue.from((PtNDArray) handleOf(base));
                IValue i = IValue.from(from);
                IValue j = IValue.from(to);
                IValue out = IValueUtils.runMethod(module, "rows", x, i, j)) {
            return out.toTensor(manager);
        }
    }

    @Override
    protected void free(Object handle) {
        ((PtNDArray) handle).close();
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
        module.close();
        manager.close();
    }
}
