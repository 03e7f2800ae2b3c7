package headroom.engine.compute.kernel;

import headroom.engine.compute.Kernel;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Every kernel that has a rule, family by family: the constants of the classes of this package. */
public final class KernelCatalog {
    private static final List<Class<?>> FAMILIES = List.of(CoreKernels.class, LinearKernels.class, ElementwiseKernels.class, NormKernels.class, EmbeddingKernels.class,
            AttentionKernels.class, LossKernels.class, OptimizerKernels.class, CodedOptimizerKernels.class, RandomKernels.class, QuantisationKernels.class,
            LowRankKernels.class, HeadKernels.class, SupportKernels.class, StoreKernels.class, SaveKernels.class,
            TokenKernels.class, KeptTokenKernels.class, CrossAttentionKernels.class, QueryKernels.class, ScalingKernels.class, FactorKernels.class, GptqKernels.class, PackedKernels.class);

    private KernelCatalog() {}

    /** All kernels, in the order in which the families are written. */
    public static List<Kernel> all() {
        List<Kernel> kernels = new ArrayList<>();
        for (Class<?> family : FAMILIES) {
            Arrays.stream(family.getDeclaredFields()).filter(f -> Modifier.isPublic(f.getModifiers()) && f.getType() == Kernel.class).forEach(f -> {
                try {
                    kernels.add((Kernel) f.get(null));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(family.getSimpleName() + "." + f.getName() + " must be public", e);
                }
            });
        }
        return kernels;
    }
}
