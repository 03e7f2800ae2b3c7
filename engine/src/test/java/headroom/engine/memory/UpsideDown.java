package headroom.engine.memory;

import headroom.engine.compute.DType;

/** Breaks the rule of the floors on purpose: the architecture test is held against it. */
public record UpsideDown(DType fromAbove) {
}
