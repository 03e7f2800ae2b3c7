package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtSymbolBlock;
import java.util.Arrays;

/**
 * Calls a method of a TorchScript module with autograd at work. {@link IValueUtils#runMethod} calls in inference mode, where nothing has a gradient, and
 * {@link IValueUtils#forward} takes tensors only; what both call is visible in this package alone.
 */
public final class AutogradCall {
    private AutogradCall() {}

    /** The result, owned by the caller. */
    public static IValue run(PtSymbolBlock module, String method, IValue... args) {
        return new IValue(PyTorchLibrary.LIB.moduleRunMethod(module.getHandle(), method, Arrays.stream(args).mapToLong(IValue::getHandle).toArray(), true, false));
    }
}
