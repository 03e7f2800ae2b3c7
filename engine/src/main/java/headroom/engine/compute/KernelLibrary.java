package headroom.engine.compute;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs the kernel families into a TorchScript archive: a zip with the source of one class and a pickle, written here byte by byte, that makes an instance of it.
 * Nothing else is needed to load it, and nothing of it is downloaded.
 *
 * <p>Families are the resources {@code headroom/kernels/NAME.ts.py} named by {@code headroom/kernels/index}; each holds methods only.
 */
final class KernelLibrary {
    private static final String FOLDER = "/headroom/kernels/";
    private static final String HEAD = "class Kernels(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n";
    /** Newest operator versions: an older number selects older forms of operators. */
    private static final String OPERATOR_VERSION = "10\n";

    /** What the name of a twin ends with: the kernel that writes its outputs, which come first among its arguments, into memory that is given. */
    static final String TWIN = "_out";
    private static final Pattern TWINS = Pattern.compile("^  def (\\w+)" + TWIN + "\\(", Pattern.MULTILINE);

    /** No card. */
    static final String PROCESSOR = "";
    private static final String FUSED = "softmax";
    private static final String FUSED_ON_CARD = "softmax_card";
    /** Functions that make a tensor without reading one. */
    private static final Pattern MAKES = Pattern.compile("torch\\.(empty|zeros|ones|full|arange)\\(");

    private KernelLibrary() {}

    private static final class Twins {
        private static final Set<String> NAMES = TWINS.matcher(source(FloatProducts.LIBRARY, PROCESSOR)).results().map(r -> r.group(1)).collect(Collectors.toUnmodifiableSet());
    }

    /** Kernels that have a twin. */
    static Set<String> twins() {
        return Twins.NAMES;
    }

    /**
     * The whole TorchScript source, its families of products those that are asked for.
     *
     * @param card name of the card that it is for ({@code cuda:0}): what the kernels make lies there, and attention is of plain operators; {@link #PROCESSOR} for none
     */
    static String source(FloatProducts products, String card) {
        StringBuilder all = new StringBuilder(HEAD);
        for (String family : resource("index").lines().map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith("#")).toList()) {
            String chosen = !card.isEmpty() && family.equals(FUSED) ? FUSED_ON_CARD : products.family(family);
            for (String line : resource(chosen + ".ts.py").split("\n")) {
                // the loader knows neither comments nor blank lines at class level; they are for the reader
                if (!line.isBlank() && !line.strip().startsWith("#")) {
                    all.append(card.isEmpty() ? line.stripTrailing() : onCard(line.stripTrailing(), card)).append('\n');
                }
            }
        }
        return all.toString();
    }

    /** The line with a device for every tensor that it makes of nothing: such tensors lie in main memory otherwise, whatever else a kernel reads. */
    private static String onCard(String line, String card) {
        StringBuilder placed = new StringBuilder(line);
        for (int from = 0;;) {
            Matcher m = MAKES.matcher(placed);
            if (!m.find(from)) {
                return placed.toString();
            }
            int end = closing(placed, m.end());
            if (placed.substring(m.end(), end).contains("device=")) {
                from = m.end();
            } else {
                placed.insert(end, ", device=torch.device(\"" + card + "\")");
                from = m.end();
            }
        }
    }

    /** Where the parenthesis closes that was opened before {@code from}. */
    private static int closing(CharSequence line, int from) {
        int open = 1;
        for (int i = from; i < line.length(); i++) {
            open += line.charAt(i) == '(' ? 1 : line.charAt(i) == ')' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        throw new IllegalStateException("a call goes on in the next line: " + line);
    }

    /** Writes the archive to a new temporary file, which the caller deletes. */
    static Path write(FloatProducts products, String card) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(new byte[] {(byte) 0x80, 2});
        data.writeBytes("c__torch__\nKernels\n".getBytes(StandardCharsets.US_ASCII));
        data.writeBytes(new byte[] {')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        data.writeBytes("training".getBytes(StandardCharsets.US_ASCII));
        data.writeBytes(new byte[] {(byte) 0x89, 'u', 'b', '.'});
        try {
            Path file = Files.createTempFile("headroom-kernels", ".pt");
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
                put(zip, "k/data.pkl", data.toByteArray());
                put(zip, "k/code/__torch__.py", source(products, card).getBytes(StandardCharsets.UTF_8));
                put(zip, "k/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
                put(zip, "k/version", OPERATOR_VERSION.getBytes(StandardCharsets.US_ASCII));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel archive could not be written to the temporary folder " + System.getProperty("java.io.tmpdir")
                    + "; free some space there or choose another folder with -Djava.io.tmpdir", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = KernelLibrary.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("kernel family " + FOLDER + name + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
