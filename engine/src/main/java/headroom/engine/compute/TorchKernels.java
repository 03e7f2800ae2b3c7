package headroom.engine.compute;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel library in libtorch: its methods, called by name. Arguments are tensors, arrays of them, DJL arrays, numbers, flags and lists of integers. */
final class TorchKernels implements AutoCloseable {
    private static final PtNDArray[] NOTHING = {};

    private final PtNDManager manager;
    private final PtSymbolBlock module;

    private TorchKernels(PtNDManager manager, PtSymbolBlock module) {
        this.manager = manager;
        this.module = module;
    }

    /** Loads the library with the float32 products of this process; those of oneDNN are for processors, and not every libtorch has them. */
    static TorchKernels load(PtNDManager manager) {
        if (manager.getDevice().isGpu()) {
            return load(manager, FloatProducts.LIBRARY, "cuda:" + manager.getDevice().getDeviceId());
        }
        if (FloatProducts.chosen() == FloatProducts.LIBRARY) {
            return load(manager, FloatProducts.LIBRARY);
        }
        try {
            return load(manager, FloatProducts.ONEDNN);
        } catch (RuntimeException e) {
            TorchKernels plain = load(manager, FloatProducts.LIBRARY);
            FloatProducts.withoutOneDnn();
            return plain;
        }
    }

    static TorchKernels load(PtNDManager manager, FloatProducts products) {
        return load(manager, products, KernelLibrary.PROCESSOR);
    }

    /** @param card where what the kernels make is to lie */
    static TorchKernels load(PtNDManager manager, FloatProducts products, String card) {
        Path archive = KernelLibrary.write(products, card);
        try {
            return new TorchKernels(manager, JniUtils.loadModule(manager, archive, manager.getDevice().isGpu(), new String[0], new String[0], false));
        } finally {
            try {
                Files.deleteIfExists(archive);
            } catch (IOException e) {
                archive.toFile().deleteOnExit();
            }
        }
    }

    /** Calls a method; the caller closes what it gives. */
    IValue call(String method, Object... args) {
        return call(method, NOTHING, args);
    }

    /** Calls a method whose first arguments are the arrays that it writes. */
    IValue call(String method, PtNDArray[] into, Object... args) {
        IValue[] in = new IValue[into.length + args.length];
        try {
            for (int i = 0; i < into.length; i++) {
                in[i] = IValue.from(into[i]);
            }
            for (int i = 0; i < args.length; i++) {
                in[into.length + i] = value(args[i]);
            }
            return IValueUtils.runMethod(module, method, in);
        } finally {
            for (IValue v : in) {
                if (v != null) {
                    v.close();
                }
            }
        }
    }

    /** Calls a method that makes one tensor. */
    PtNDArray make(String method, Object... args) {
        try (IValue out = call(method, args)) {
            return out.toTensor(manager);
        }
    }

    /** Calls a method that works in place. */
    void apply(String method, Object... args) {
        call(method, args).close();
    }

    private static IValue value(Object arg) {
        return switch (arg) {
            case Tensor t -> IValue.from(TorchCompute.array(t));
            case PtNDArray a -> IValue.from(a);
            case Tensor[] ts -> {
                PtNDArray[] arrays = new PtNDArray[ts.length];
                for (int i = 0; i < ts.length; i++) {
                    arrays[i] = TorchCompute.array(ts[i]);
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
    public void close() {
        module.close();
    }
}
