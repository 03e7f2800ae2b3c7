package headroom.engine.compute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who multiplies large float32 matrices on the processor: the library's own product (MKL), or oneDNN, which libtorch brings along.
 *
 * <p>MKL keeps its AVX-512 kernels for processors of its maker and takes AVX2 on others; oneDNN asks what the processor can do. So oneDNN is taken where an AMD processor has
 * AVX-512, and where {@value #PROPERTY} or {@value #VARIABLE} says {@code on}; {@code off} leaves all products to the library's own. The two round differently, so a run repeats to the bit only with
 * the same choice. In bf16 both are oneDNN's; products with a bias then go to the one of its operations that adds to it. Rules of kernels ask here, since oneDNN takes scratch;
 * what libtorch of this platform lacks is found out when kernels are loaded.
 */
public enum FloatProducts {
    LIBRARY("the library's own products"), ONEDNN("float32 products by oneDNN");

    /** System property: {@code auto} (where nothing is said), {@code on} or {@code off}. */
    public static final String PROPERTY = "headroom.onednn";
    /** Environment variable of the same meaning, where the property is not set. */
    public static final String VARIABLE = "HEADROOM_ONEDNN";
    private static final String AUTO = "auto";
    private static final Set<String> MULTIPLYING = Set.of("products", "powers");

    private static volatile FloatProducts chosen = choose(System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, AUTO)), System.getProperty("os.arch", ""), Features.read());

    private final String words;

    FloatProducts(String words) {
        this.words = words;
    }

    /** What this process does. */
    public static FloatProducts chosen() {
        return chosen;
    }

    /** For the notes of a run and the reading of the machine. */
    public String words() {
        return words;
    }

    /** libtorch of this platform has no oneDNN. */
    static void withoutOneDnn() {
        chosen = LIBRARY;
    }

    /** The family of kernels that is packed for {@code family}: of those that multiply there is one for each way to do it. */
    String family(String family) {
        return this == ONEDNN && MULTIPLYING.contains(family) ? family + "_onednn" : family;
    }

    /**
     * @param wish {@code auto}, {@code on} or {@code off}
     * @param architecture as the Java machine names it
     * @param processor features of the processor, where they can be read
     */
    static FloatProducts choose(String wish, String architecture, Optional<Features> processor) {
        return switch (wish.strip().toLowerCase(Locale.ROOT)) {
            case "on" -> ONEDNN;
            case "off" -> LIBRARY;
            case AUTO, "" -> architecture.equals("amd64") && processor.filter(p -> p.amd && p.avx512).isPresent() ? ONEDNN : LIBRARY;
            default -> throw new IllegalArgumentException(PROPERTY + " is " + wish + "; expected auto, on or off");
        };
    }

    /** Of a processor: its maker, and whether it has AVX-512. */
    record Features(boolean amd, boolean avx512) {
        private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

        /** As Linux describes the processor; elsewhere nothing can be said. */
        static Optional<Features> read() {
            try {
                return Files.isReadable(DESCRIPTION) ? Optional.of(of(Files.readString(DESCRIPTION))) : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        static Features of(String description) {
            return new Features(description.contains("AuthenticAMD"), description.contains(" avx512f"));
        }
    }
}
