package headroom.engine.model;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.ops.Attention;

/**
 * What every layer of one batch shares.
 *
 * @param cos rotary cosines [T, D/2], null with learned positions; borrowed, like {@code sin}
 */
record BatchContext(Attention.Spec attention, Tensor cos, Tensor sin) {}
