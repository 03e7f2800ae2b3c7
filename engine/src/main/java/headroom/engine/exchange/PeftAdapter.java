package headroom.engine.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A LoRA adapter in the layout of the PEFT library: {@code adapter_config.json} and {@code adapter_model.safetensors}, with
 * tensors named {@code base_model.model.<module>.lora_A.weight} and {@code .lora_B.weight}; modules trained whole stand beside
 * them as {@code base_model.model.<module>.weight}.
 */
public final class PeftAdapter implements AutoCloseable {
    private static final String PREFIX = PeftFolder.MODULE;
    private static final String A = ".lora_A";
    private static final String B = ".lora_B";
    private static final String WEIGHT = ".weight";
    private static final String DAMAGED = "Save the adapter again from the library that made it.";

    private final PeftConfig config;
    private final TensorFile file;
    private final Map<String, LowRankFactors> factors;
    private final Map<String, RawTensor> saved;

    private PeftAdapter(PeftConfig config, TensorFile file, Map<String, LowRankFactors> factors, Map<String, RawTensor> saved) {
        this.config = config;
        this.file = file;
        this.factors = factors;
        this.saved = saved;
    }

    /**
     * Writes an adapter's folder; it appears whole or not at all.
     *
     * @param factors by path of their module in the published model, {@code encoder.layer.0.attention.self.query}
     * @param saved   tensors of modules kept whole, by full name, {@code classifier.weight}
     * @throws IOException if writing fails or the folder exists
     */
    public static void write(Path folder, PeftConfig config, Map<String, LowRankFactors> factors, Map<String, RawTensor> saved) throws IOException {
        List<RawTensor> tensors = new ArrayList<>();
        factors.forEach((module, f) -> {
            tensors.add(f.a().named(PREFIX + module + A + WEIGHT));
            tensors.add(f.b().named(PREFIX + module + B + WEIGHT));
        });
        saved.forEach((name, tensor) -> tensors.add(tensor.named(PREFIX + name)));
        PeftFolder.write(folder, config.toJson(), tensors);
    }

    /**
     * Opens an adapter's folder and pairs its factors.
     *
     * @throws IOException     if it cannot be read
     * @throws FormatException if it is no plain LoRA adapter, or a factor lacks its partner or has the wrong rank
     */
    public static PeftAdapter open(Path folder) throws IOException {
        PeftConfig config = PeftConfig.read(folder);
        TensorFile file = PeftFolder.open(folder);
        try {
            Map<String, LowRankFactors> factors = new LinkedHashMap<>();
            Map<String, RawTensor> saved = new LinkedHashMap<>();
            for (String name : file.names()) {
                String plain = plain(file, name);
                if (plain.endsWith(A + WEIGHT)) {
                    String module = plain.substring(0, plain.length() - (A + WEIGHT).length());
                    factors.put(module, pair(file, name, module, config));
                } else if (plain.endsWith(B + WEIGHT)) {
                    // its partner must be there; the pair is made where the partner is met
                    file.get(name.replace(B, A));
                } else if (plain.contains(".lora_")) {
                    throw new FormatException(file.path(), "tensor '" + name + "'", "a factor of another kind", "lora_A and lora_B of linear layers", DAMAGED);
                } else {
                    saved.put(plain, file.get(name).named(plain));
                }
            }
            return new PeftAdapter(config, file, factors, saved);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The name without the library's wrapping; some of its versions keep the adapter's name or a note in it. */
    private static String plain(TensorFile file, String name) {
        if (!name.startsWith(PREFIX)) {
            throw new FormatException(file.path(), "tensor '" + name + "'", "no '" + PREFIX + "' in front", "it in front of every name", DAMAGED);
        }
        return name.substring(PREFIX.length()).replace(".modules_to_save.default.", ".").replace(".modules_to_save.", ".")
                .replace(A + ".default" + WEIGHT, A + WEIGHT).replace(B + ".default" + WEIGHT, B + WEIGHT);
    }

    private static LowRankFactors pair(TensorFile file, String name, String module, PeftConfig config) {
        LowRankFactors factors;
        try {
            factors = new LowRankFactors(file.get(name), file.get(name.replace(A, B)));
        } catch (IllegalArgumentException e) {
            throw new FormatException(file.path(), "module '" + module + "'", e.getMessage(), "shapes [rank, in] and [out, rank]", DAMAGED, e);
        }
        if (factors.rank() != config.rank()) {
            throw new FormatException(file.path(), "module '" + module + "'", "rank " + factors.rank(), "rank " + config.rank() + " as in " + PeftConfig.FILE, DAMAGED);
        }
        return factors;
    }

    public PeftConfig config() {
        return config;
    }

    /** Factors by module path. */
    public Map<String, LowRankFactors> factors() {
        return Collections.unmodifiableMap(factors);
    }

    /** Tensors of modules kept whole, by full name. */
    public Map<String, RawTensor> saved() {
        return Collections.unmodifiableMap(saved);
    }

    @Override
    public void close() {
        file.close();
    }
}
