/**
 * The kernels that the engine knows, as {@link headroom.engine.compute.Kernel} constants with their rules: one class per family of {@code headroom/kernels}, named
 * {@code LinearKernels}, {@code ElementwiseKernels}, {@code NormKernels}, {@code EmbeddingKernels}, {@code AttentionKernels}, {@code LossKernels},
 * {@code OptimizerKernels}, {@code RandomKernels}, {@code QuantisationKernels}, {@code LowRankKernels} and {@code HeadKernels}. A constant has the kernel's name in
 * upper case ({@code linear_dw_acc} is {@code LINEAR_DW_ACC}); {@code KernelCatalog.all()} lists them for the generic kernel test.
 */
package headroom.engine.compute.kernel;
