package headroom.engine.compute;

/**
 * Element types of tensors, with their size in storage and the code libtorch knows them by.
 *
 * <p>Codes are those of {@code c10::ScalarType}, which TorchScript uses where a dtype is an argument.
 */
public enum DType {
    F64(8, 7, true), F32(4, 6, true), F16(2, 5, true), BF16(2, 15, true), F8_E4M3(1, 24, true), F8_E5M2(1, 23, true),
    I64(8, 4, false), I32(4, 3, false), I16(2, 2, false), I8(1, 1, false), U8(1, 0, false), BOOL(1, 11, false);

    private final int bytes;
    private final int torchCode;
    private final boolean floating;

    DType(int bytes, int torchCode, boolean floating) {
        this.bytes = bytes;
        this.torchCode = torchCode;
        this.floating = floating;
    }

    /** Bytes of one element in storage. */
    public int bytes() {
        return bytes;
    }

    /** The code of this type in libtorch. */
    public int torchCode() {
        return torchCode;
    }

    public boolean isFloating() {
        return floating;
    }
}
