package headroom.engine.exchange;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;

/** What tells the tensors of one model from those of another: SHA-256 over name, type, shape and elements in the order of names, whatever files they lie in. */
public final class TensorHash {
    private static final long PORTION = 1L << 26;

    private TensorHash() {}

    /** In hexadecimal digits. */
    public static String of(TensorFile file) {
        MessageDigest digest = sha256();
        for (String name : new TreeSet<>(file.names())) {
            RawTensor tensor = file.get(name);
            digest.update((name + ' ' + tensor.dtype() + ' ' + tensor.shape() + '\n').getBytes(StandardCharsets.UTF_8));
            MemorySegment bytes = tensor.bytes();
            for (long at = 0; at < bytes.byteSize(); at += PORTION) {
                digest.update(bytes.asSlice(at, Math.min(PORTION, bytes.byteSize() - at)).asByteBuffer());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Of something that is no file, by its description. */
    public static String of(String description) {
        return HexFormat.of().formatHex(sha256().digest(description.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
