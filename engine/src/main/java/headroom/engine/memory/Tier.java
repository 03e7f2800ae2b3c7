package headroom.engine.memory;

/** Where bytes lie. On a machine without a GPU, DEVICE is the main memory that the engine computes in. */
public enum Tier {
    DEVICE, HOST
}
