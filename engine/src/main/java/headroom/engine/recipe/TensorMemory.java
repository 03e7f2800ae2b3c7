package headroom.engine.recipe;

/** Where the tensors lie that pass within a step. It changes speed and what a process takes, and no result. */
public enum TensorMemory {
    /** In one storage, at places found before the run starts. */
    ARENA,
    /** Wherever libtorch's allocator puts each of them. */
    ALLOCATOR
}
