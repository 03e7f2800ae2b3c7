package headroom.engine.recipe;

import headroom.engine.compute.DType;

/** Element type of activations and matrix products. With bf16, reductions run in float32 and what trains has a float32 master copy. */
public enum ComputeType {
    F32(DType.F32), BF16(DType.BF16);

    private final DType dtype;

    ComputeType(DType dtype) {
        this.dtype = dtype;
    }

    public DType dtype() {
        return dtype;
    }
}
