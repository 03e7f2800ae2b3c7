/**
 * The optimizer slot: what becomes of a gradient. {@link headroom.engine.recipe.optimizer.Optimizer} is the tape's sink; it sums gradients up, decides when a parameter is stepped
 * (at the boundary, or in the backward pass), clips, and looks after state as what trains changes. A step then goes through parts that do not know each other:
 * <pre>
 * Optimizer      timing, clipping, groups (rate, decay, clip, floor), lifecycle (keep, drop, reset)
 *   StateTier    brings weight, gradient and state to one place: device, host, or pages; steps a bf16 weight through its float32 copy
 *     UpdateRule what is done with a gradient: AdamWRule, SgdRule, SignSgdRule, LionRule, AdafactorRule
 *                or a rule around a rule: ProjectedRule (GaLore), ApolloRule, on a Basis of the gradient's smaller side
 *       Codec    hands moments to the kernel: plain tensors, or 8-bit codes to the form of the kernel that decodes and codes them tile by tile
 * States         the state of all parameters, following what trains: remapped, dropped, reset, moved, cut, saved, restored
 *   ParameterState clock and named slots of one parameter, made when a rule asks
 * </pre>
 *
 * <p>A new rule is a kernel with its coded form (if it has moments of the gradient's shape), a record that calls it, and a choice in
 * {@link headroom.engine.recipe.OptimizerChoice}; where its state lies and how it is coded come for free.
 */
package headroom.engine.recipe.optimizer;
