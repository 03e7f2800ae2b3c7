package headroom.engine.compute;

import java.util.List;

/**
 * One function of the kernel library: its name in TorchScript, and the rule that says, from shapes and scalars alone, what comes out, how much scratch libtorch
 * takes while it runs, and how many floating-point operations it does.
 *
 * <p>The rule is the only source of sizes: both machines book by it, and the one that computes checks what libtorch returns against it.
 *
 * @param name method of the kernel library
 * @param rule outputs, workspace and FLOPs from the arguments
 */
public record Kernel(String name, Rule rule) {
    /** Shape and element type of one output. */
    public record Spec(Shape shape, DType dtype) {
        public static Spec of(DType dtype, long... dims) {
            return new Spec(Shape.of(dims), dtype);
        }
    }

    /**
     * What a call comes to.
     *
     * @param outputs new tensors, in order; empty for a kernel that works in place
     * @param workspaceBytes peak of temporaries inside the call, beyond the outputs
     * @param flops floating-point operations, a multiply-add counted as two
     */
    public record Outcome(List<Spec> outputs, long workspaceBytes, long flops) {}

    @FunctionalInterface
    public interface Rule {
        /** @throws IllegalArgumentException if the arguments do not fit together */
        Outcome of(Args args);
    }

    /** The arguments of a call, as a rule sees them. */
    public static final class Args {
        private final Object[] values;

        Args(Object[] values) {
            this.values = values;
        }

        /** The arguments of a call that a kernel makes on its way: a {@link Spec} stands for a tensor of which only that much is known. */
        public static Args of(Object... values) {
            return new Args(values);
        }

        public int count() {
            return values.length;
        }

        public Tensor tensor(int i) {
            return (Tensor) values[i];
        }

        public boolean isTensor(int i) {
            return values[i] instanceof Tensor;
        }

        public Shape shape(int i) {
            return values[i] instanceof Spec s ? s.shape() : tensor(i).shape();
        }

        public long dim(int i, int axis) {
            return shape(i).dim(axis);
        }

        public DType dtype(int i) {
            return values[i] instanceof Spec s ? s.dtype() : tensor(i).dtype();
        }

        public long integer(int i) {
            return ((Number) values[i]).longValue();
        }

        public double number(int i) {
            return ((Number) values[i]).doubleValue();
        }

        public boolean flag(int i) {
            return (Boolean) values[i];
        }

        public Tensor[] tensors(int i) {
            return (Tensor[]) values[i];
        }
    }

    /** True if it has a twin that writes its outputs into memory that is given. */
    public boolean hasTwin() {
        return KernelLibrary.twins().contains(name);
    }

    /** One output, no scratch. */
    public static Outcome makes(Spec output, long flops) {
        return new Outcome(List.of(output), 0, flops);
    }

    public static Outcome makes(Spec output, long workspaceBytes, long flops) {
        return new Outcome(List.of(output), workspaceBytes, flops);
    }

    public static Outcome makes(List<Spec> outputs, long workspaceBytes, long flops) {
        return new Outcome(outputs, workspaceBytes, flops);
    }

    /** Works in place on one of its arguments. */
    public static Outcome inPlace(long workspaceBytes, long flops) {
        return new Outcome(List.of(), workspaceBytes, flops);
    }

    /** Holds two things equal, naming the kernel's complaint. */
    public static void require(boolean holds, String complaint, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(complaint.formatted(values));
        }
    }
}
