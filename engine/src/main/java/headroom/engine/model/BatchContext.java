package headroom.engine.model;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.ops.Attention;

/**
 * What every layer of one batch shares.
 *
 * @param cos rotary cosines [T, D/2], null with learned positions; borrowed, like {@code sin}
 * @param cache keys and values of what was read before, null outside generation; layers take theirs by their place
 */
record BatchContext(Attention.Spec attention, Tensor cos, Tensor sin, KeyValueCache cache) {}
