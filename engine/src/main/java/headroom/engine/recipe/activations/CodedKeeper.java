package headroom.engine.recipe.activations;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.HeadKernels;
import headroom.engine.compute.kernel.SaveKernels;
import headroom.engine.memory.Category;
import headroom.engine.recipe.SavesChoice;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Saved;
import java.util.Map;

/** Keeps tensors in the code of their role: the tensor itself is gone after the forward operation, and each reader in the backward pass gets one made from the codes. */
record CodedKeeper(Compute compute, Map<Keeper.Role, SavesChoice.Code> codes) implements Keeper {
    @Override
    public Saved keep(Context context, Tensor tensor) {
        SavesChoice.Code code = codes.get(context.role());
        if (code == null || !tensor.dtype().isFloating()) {
            return WHOLE.keep(context, tensor);
        }
        if (code instanceof SavesChoice.SampledRows some && some.of(tensor.dim(0)) == tensor.dim(0)) {
            return WHOLE.keep(context, tensor);
        }
        long type = tensor.dtype().torchCode();
        return switch (code) {
            case SavesChoice.Groups g -> {
                Tensor[] kept = coded(context, SaveKernels.GROUP_CODE, tensor, (long) g.bits(), (long) g.group());
                yield new Codes(compute, tensor.shape(), kept, SaveKernels.GROUP_DECODE, kept[0], kept[1], kept[2], (long) g.bits(), (long) g.group(), tensor.elements(), type);
            }
            case SavesChoice.Float8 f -> {
                long group = f.group() == 0 ? tensor.elements() : f.group();
                long eight = f.type().torchCode();
                Tensor[] kept = coded(context, SaveKernels.FP8_CODE, tensor, eight, group);
                yield new Codes(compute, tensor.shape(), kept, SaveKernels.FP8_DECODE, kept[0], kept[1], eight, group, type);
            }
            case SavesChoice.SampledRows some -> {
                Tensor[] kept = coded(context, SaveKernels.SAMPLE_ROWS, tensor, some.of(tensor.dim(0)), context.key());
                yield new Codes(compute, tensor.shape(), kept, HeadKernels.PICK_ROWS_DX, kept[0], kept[1], tensor.dim(0));
            }
        };
    }

    /** A tensor that was kept whole serves every reader; one in a code those who would have had it in the same. */
    @Override
    public boolean serves(Role kept, Role asked) {
        SavesChoice.Code code = codes.get(kept);
        return code == null || code.equals(codes.get(asked));
    }

    /** What follows from a tensor that is kept whole needs no code either; from codes nothing is made but what they stand for. */
    @Override
    public boolean rebuilds(Role source, Role asked) {
        return !codes.containsKey(source);
    }

    private Tensor[] coded(Context context, Kernel kernel, Object... args) {
        Category before = compute.making(Category.ACTIVATIONS);
        String owner = compute.within(context.owner());
        try {
            return compute.run(kernel, args);
        } finally {
            compute.within(owner);
            compute.making(before);
        }
    }

    /** Codes, and the call that makes the tensor of them. */
    private static final class Codes implements Saved {
        private final Compute compute;
        private final Shape shape;
        private final Tensor[] kept;
        private final Kernel decode;
        private final Object[] call;

        Codes(Compute compute, Shape shape, Tensor[] kept, Kernel decode, Object... call) {
            this.compute = compute;
            this.shape = shape;
            this.kept = kept;
            this.decode = decode;
            this.call = call;
        }

        @Override
        public Tensor get() {
            try (Tensor flat = compute.call(decode, call)) {
                return flat.view(shape.dims());
            }
        }

        @Override
        public void close() {
            for (Tensor t : kept) {
                t.close();
            }
        }
    }
}
