package headroom.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.JsonFiles;
import headroom.engine.model.ModelConfig.Activation;
import headroom.engine.model.ModelConfig.Family;
import headroom.engine.model.ModelConfig.Norm;
import headroom.engine.model.ModelConfig.NormPlace;
import headroom.engine.model.ModelConfig.Positions;
import headroom.engine.model.ModelConfig.RopeScaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads the published {@code config.json} of a Hugging Face model as a {@link ModelConfig}.
 *
 * <p>What a file leaves out takes the published default of its family; what this engine does not compute (other activations,
 * other stretchings of rotary angles, quantised weights) is refused by name rather than passed over.
 */
public final class HuggingFaceConfig {
    private static final List<String> KNOWN = List.of("bert", "roberta", "gpt2", "opt", "llama", "mistral", "qwen2");
    private static final String ADVICE = "Use a model of a supported kind, or correct the configuration.";

    private final Path file;
    private final JsonNode json;

    private HuggingFaceConfig(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    /**
     * Reads a configuration file, or the {@code config.json} of a folder.
     *
     * @throws IOException     if it cannot be read
     * @throws FormatException if it is no configuration of a supported model
     */
    public static ModelConfig read(Path fileOrFolder) throws IOException {
        Path file = Files.isDirectory(fileOrFolder) ? fileOrFolder.resolve("config.json") : fileOrFolder;
        if (!Files.isRegularFile(file)) {
            throw new FormatException(file, "configuration", "no file", "a config.json", "Put the model's configuration there.");
        }
        return parse(file, JsonFiles.read(file));
    }

    /** Reads a configuration given as text; the name stands in its errors. */
    public static ModelConfig parse(String name, String text) {
        try {
            return parse(Path.of(name), JsonMapper.builder().build().readTree(text));
        } catch (JsonProcessingException e) {
            throw new FormatException(Path.of(name), "configuration", e.getOriginalMessage(), "valid JSON", "Correct it.", e);
        }
    }

    /** Reads a configuration from JSON; {@code file} stands in its errors. */
    public static ModelConfig parse(Path file, JsonNode json) {
        return new HuggingFaceConfig(file, json).parse();
    }

    /** The same configuration under the published field names; {@link #parse} reads it back equal. */
    public static ObjectNode toJson(ModelConfig config) {
        return HuggingFaceConfigWriter.write(config);
    }

    private ModelConfig parse() {
        if (json.hasNonNull("quantization_config")) {
            throw wrong("quantization_config", json.get("quantization_config").path("quant_method").asText("present"), "plain weights");
        }
        ConfigDraft draft = new ConfigDraft();
        switch (text("model_type", "")) {
            case "bert" -> encoder(draft, Family.BERT);
            case "roberta" -> encoder(draft, Family.ROBERTA);
            case "gpt2" -> gpt2(draft);
            case "opt" -> opt(draft);
            case "llama" -> llama(draft, Family.LLAMA);
            case "mistral" -> llama(draft, Family.MISTRAL);
            case "qwen2" -> llama(draft, Family.QWEN2);
            default -> throw wrong("model_type", String.valueOf(json.get("model_type")), "one of " + KNOWN);
        }
        draft.vocab = count("vocab_size");
        draft.embedding = draft.embedding == 0 ? draft.hidden : draft.embedding;
        draft.headDim = draft.headDim == 0 ? evenHeads(draft) : draft.headDim;
        draft.bosToken = token("bos_token_id");
        draft.eosToken = token("eos_token_id");
        draft.padToken = token("pad_token_id");
        try {
            return draft.build();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new FormatException(file, "configuration", e.getMessage(), "a shape that can be built", ADVICE, e);
        }
    }

    private void encoder(ConfigDraft d, Family family) {
        d.family = family;
        sizes(d, "hidden_size", "num_hidden_layers", "num_attention_heads");
        d.intermediate = count("intermediate_size");
        d.activation = activation("hidden_act", "gelu");
        d.tokenTypes = optional("type_vocab_size", 2, 0);
        d.normEps = real("layer_norm_eps", 1e-12);
        d.normPlace = NormPlace.AFTER;
        // published checkpoints carry the pooler; "add_pooling_layer" is this project's own note for those that do not
        d.pooler = flag("add_pooling_layer", true);
        if (!text("position_embedding_type", "absolute").equals("absolute")) {
            throw wrong("position_embedding_type", text("position_embedding_type", ""), "absolute");
        }
        // RoBERTa counts positions from the padding token's id + 1
        d.positionOffset = family == Family.ROBERTA ? optional("pad_token_id", 1, 0) + 1 : 0;
        d.maxPositions = optional("max_position_embeddings", 512, 1) - d.positionOffset;
    }

    private void gpt2(ConfigDraft d) {
        d.family = Family.GPT2;
        sizes(d, "n_embd", "n_layer", "n_head");
        d.intermediate = optional("n_inner", 4 * d.hidden, 1);
        d.activation = activation("activation_function", "gelu_new");
        d.maxPositions = optional("n_positions", 1024, 1);
        d.normEps = real("layer_norm_epsilon", 1e-5);
        d.finalNorm = true;
        d.tiedHead = flag("tie_word_embeddings", true);
        if (flag("scale_attn_by_inverse_layer_idx", false)) {
            throw wrong("scale_attn_by_inverse_layer_idx", "true", "false");
        }
    }

    private void opt(ConfigDraft d) {
        d.family = Family.OPT;
        sizes(d, "hidden_size", "num_hidden_layers", "num_attention_heads");
        d.intermediate = count("ffn_dim");
        d.embedding = optional("word_embed_proj_dim", d.hidden, 1);
        d.activation = activation("activation_function", "relu");
        d.maxPositions = optional("max_position_embeddings", 2048, 1);
        d.positionOffset = 2;
        d.normEps = 1e-5;
        boolean before = flag("do_layer_norm_before", true);
        d.normPlace = before ? NormPlace.BEFORE : NormPlace.AFTER;
        d.finalNorm = before && !flag("_remove_final_layer_norm", false);
        d.tiedHead = flag("tie_word_embeddings", true);
        boolean biases = flag("enable_bias", true);
        d.qkvBias = biases;
        d.outBias = biases;
        d.mlpBias = biases;
        if (!flag("layer_norm_elementwise_affine", true)) {
            throw wrong("layer_norm_elementwise_affine", "false", "true");
        }
    }

    private void llama(ConfigDraft d, Family family) {
        d.family = family;
        sizes(d, "hidden_size", "num_hidden_layers", "num_attention_heads");
        d.kvHeads = optional("num_key_value_heads", family == Family.MISTRAL ? 8 : d.heads, 1);
        d.headDim = optional("head_dim", 0, 1);
        d.intermediate = count("intermediate_size");
        d.gated = true;
        d.activation = activation("hidden_act", "silu");
        d.norm = Norm.RMS_NORM;
        d.normEps = real("rms_norm_eps", 1e-6);
        d.finalNorm = true;
        d.positions = Positions.ROTARY;
        d.maxPositions = count("max_position_embeddings");
        d.tiedHead = flag("tie_word_embeddings", false);
        boolean biases = family == Family.LLAMA && flag("attention_bias", false);
        d.qkvBias = biases || family == Family.QWEN2;
        d.outBias = biases;
        d.mlpBias = family == Family.LLAMA && flag("mlp_bias", false);
        rope(d);
        if (family == Family.MISTRAL) {
            d.slidingWindow = json.path("sliding_window").isNull() ? 0 : optional("sliding_window", 4096, 1);
        } else if (family == Family.QWEN2 && flag("use_sliding_window", false)) {
            throw wrong("use_sliding_window", "true", "false");
        }
    }

    private void rope(ConfigDraft d) {
        // newer files gather all of it in one object
        JsonNode all = json.path("rope_parameters");
        JsonNode scaling = all.isObject() ? all : json.path("rope_scaling");
        HuggingFaceConfig thetaHolder = all.isObject() ? new HuggingFaceConfig(file, all) : this;
        d.ropeTheta = thetaHolder.real("rope_theta", 10000);
        if (!scaling.isObject()) {
            return;
        }
        HuggingFaceConfig s = new HuggingFaceConfig(file, scaling);
        String type = s.text("rope_type", s.text("type", "default"));
        switch (type) {
            case "default" -> d.ropeScaling = Optional.empty();
            case "llama3" -> d.ropeScaling = Optional.of(new RopeScaling(s.real("factor", 8), s.real("low_freq_factor", 1),
                    s.real("high_freq_factor", 4), s.count("original_max_position_embeddings")));
            default -> throw wrong("rope_scaling", type, "default or llama3");
        }
    }

    private void sizes(ConfigDraft d, String hidden, String layers, String heads) {
        d.hidden = count(hidden);
        d.layers = count(layers);
        d.heads = count(heads);
        d.kvHeads = d.heads;
    }

    private int evenHeads(ConfigDraft d) {
        if (d.hidden % d.heads != 0) {
            throw wrong("hidden size", d.hidden + " with " + d.heads + " heads", "a multiple of the heads, or head_dim");
        }
        return d.hidden / d.heads;
    }

    private Activation activation(String field, String standard) {
        String name = text(field, standard);
        return switch (name) {
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            default -> throw wrong(field, name, "gelu, gelu_new, relu or silu");
        };
    }

    private int count(String field) {
        if (!json.hasNonNull(field)) {
            throw wrong(field, "nothing", "a whole number from 1");
        }
        return optional(field, 1, 1);
    }

    private int optional(String field, int standard, int least) {
        JsonNode n = json.path(field);
        if (n.isMissingNode() || n.isNull()) {
            return standard;
        }
        if (!n.isIntegralNumber() || !n.canConvertToInt() || n.intValue() < least) {
            throw wrong(field, n.toString(), "a whole number from " + least + " to " + Integer.MAX_VALUE);
        }
        return n.intValue();
    }

    private double real(String field, double standard) {
        JsonNode n = json.path(field);
        if (n.isMissingNode() || n.isNull()) {
            return standard;
        }
        if (!n.isNumber() || !(n.doubleValue() > 0) || Double.isInfinite(n.doubleValue())) {
            throw wrong(field, n.toString(), "a positive number");
        }
        return n.doubleValue();
    }

    private boolean flag(String field, boolean standard) {
        JsonNode n = json.path(field);
        if (n.isMissingNode() || n.isNull()) {
            return standard;
        }
        if (!n.isBoolean()) {
            throw wrong(field, n.toString(), "true or false");
        }
        return n.booleanValue();
    }

    private String text(String field, String standard) {
        JsonNode n = json.path(field);
        return n.isTextual() ? n.textValue() : standard;
    }

    /** Some models name several closing tokens; the first is the one generation stops at. */
    private int token(String field) {
        JsonNode n = json.path(field);
        JsonNode first = n.isArray() && !n.isEmpty() ? n.get(0) : n;
        return first.isIntegralNumber() && first.canConvertToInt() ? first.intValue() : -1;
    }

    private FormatException wrong(String field, String found, String expected) {
        return new FormatException(file, field, found, expected, ADVICE);
    }
}
