package headroom.engine.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code adapter_config.json} of a LoRA adapter as the PEFT library writes it.
 *
 * @param baseModel     name or folder of the model it was trained on
 * @param taskType      {@code CAUSAL_LM}, {@code SEQ_CLS}, …; empty for a bare encoder
 * @param rank          r
 * @param alpha         α; the change is scaled by α/r
 * @param rankStabilised scale by α/√r instead
 * @param dropout       on the adapter's input in training
 * @param targetModules last parts (or whole paths) of the modules that have factors
 * @param modulesToSave modules trained and kept whole, such as {@code classifier}
 * @param fanInFanOut   the base keeps its matrices as [in, out] (GPT-2)
 */
public record PeftConfig(String baseModel, Optional<String> taskType, int rank, double alpha, boolean rankStabilised, double dropout,
        List<String> targetModules, List<String> modulesToSave, boolean fanInFanOut) {

    static final String FILE = "adapter_config.json";
    private static final String ADVICE = "Export the adapter as plain LoRA, merged if it has other parts.";

    public PeftConfig {
        targetModules = List.copyOf(targetModules);
        modulesToSave = List.copyOf(modulesToSave);
        if (rank < 1 || !(alpha > 0) || !(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("rank " + rank + ", alpha " + alpha + ", dropout " + dropout + ": expected at least 1, above 0, and 0 to 1");
        }
    }

    /** The factor before B A. */
    public double scaling() {
        return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }

    /** As PEFT writes it. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", taskType.orElse(null));
        json.put("base_model_name_or_path", baseModel);
        json.put("inference_mode", true);
        json.put("r", rank);
        if (alpha == Math.rint(alpha) && alpha <= Integer.MAX_VALUE) {
            json.put("lora_alpha", (int) alpha);
        } else {
            json.put("lora_alpha", alpha);
        }
        json.put("use_rslora", rankStabilised);
        json.put("use_dora", false);
        json.put("lora_dropout", dropout);
        json.put("bias", "none");
        json.put("fan_in_fan_out", fanInFanOut);
        targetModules.forEach(json.putArray("target_modules")::add);
        if (modulesToSave.isEmpty()) {
            json.putNull("modules_to_save");
        } else {
            modulesToSave.forEach(json.putArray("modules_to_save")::add);
        }
        json.putObject("rank_pattern");
        json.putObject("alpha_pattern");
        return json;
    }

    /**
     * Reads the configuration of an adapter's folder.
     *
     * @throws IOException     if it cannot be read
     * @throws FormatException if it is no plain LoRA adapter
     */
    public static PeftConfig read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        JsonNode json = JsonFiles.read(file);
        expectPlain(file, json);
        if (!json.path("r").isInt() || !json.path("lora_alpha").isNumber()) {
            throw new FormatException(file, "r and lora_alpha", json.path("r") + " and " + json.path("lora_alpha"), "a whole and a positive number", ADVICE);
        }
        try {
            return new PeftConfig(json.path("base_model_name_or_path").asText(""), Optional.ofNullable(json.path("task_type").textValue()),
                    json.get("r").intValue(), json.get("lora_alpha").doubleValue(), json.path("use_rslora").asBoolean(false),
                    json.path("lora_dropout").asDouble(0), texts(json.path("target_modules")), texts(json.path("modules_to_save")),
                    json.path("fan_in_fan_out").asBoolean(false));
        } catch (IllegalArgumentException e) {
            throw new FormatException(file, "configuration", e.getMessage(), "the settings of a LoRA adapter", ADVICE, e);
        }
    }

    /** Variants whose tensors mean something else must not pass for plain factors. */
    private static void expectPlain(Path file, JsonNode json) {
        if (!json.path("peft_type").asText("").equals("LORA")) {
            throw new FormatException(file, "peft_type", json.path("peft_type").toString(), "\"LORA\"", ADVICE);
        }
        if (json.path("use_dora").asBoolean(false)) {
            throw new FormatException(file, "use_dora", "true", "false", ADVICE);
        }
        if (!json.path("bias").asText("none").equals("none")) {
            throw new FormatException(file, "bias", json.path("bias").toString(), "\"none\"", ADVICE);
        }
        for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
            if (!json.path(pattern).isEmpty()) {
                throw new FormatException(file, pattern, json.path(pattern).toString(), "one rank and one alpha for all modules", ADVICE);
            }
        }
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isTextual()) {
            texts.add(node.textValue());
        }
        node.forEach(n -> texts.add(n.asText()));
        return texts;
    }
}
