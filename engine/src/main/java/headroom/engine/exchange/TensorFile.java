package headroom.engine.exchange;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors in a file (or several). Data is memory mapped: opening costs the header only, and a tensor's pages are read when
 * they are touched. After {@link #close} every tensor taken from it is invalid.
 */
public interface TensorFile extends AutoCloseable {

    /** Where it was opened from. */
    Path path();

    /** Names in file order. */
    Set<String> names();

    /**
     * The tensor of that name.
     *
     * @throws FormatException if there is none
     */
    RawTensor get(String name);

    /** Free-form notes in the file; empty where the format has none. */
    Map<String, String> metadata();

    /** Unmaps. */
    @Override
    void close();

    /** The error for a name that is not there; it lists names that end alike, which is how prefixes go wrong. */
    static FormatException missing(TensorFile file, String name) {
        String tail = name.substring(name.lastIndexOf('.', Math.max(0, name.lastIndexOf('.') - 1)) + 1);
        String alike = file.names().stream().filter(n -> n.endsWith(tail)).limit(3).reduce((a, b) -> a + ", " + b)
                .map(s -> "; alike are " + s).orElse("");
        return new FormatException(file.path(), "tensor '" + name + "'", "no tensor of that name among " + file.names().size() + alike,
                "one for every weight of the model", "Check that the file belongs to the model its configuration describes.");
    }
}
