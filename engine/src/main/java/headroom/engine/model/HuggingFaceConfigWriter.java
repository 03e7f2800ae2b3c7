package headroom.engine.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.model.ModelConfig.Activation;
import headroom.engine.model.ModelConfig.Family;
import headroom.engine.model.ModelConfig.NormPlace;
import java.util.Locale;

/** Writes a configuration under the published field names of its family. */
final class HuggingFaceConfigWriter {

    private HuggingFaceConfigWriter() {
    }

    static ObjectNode write(ModelConfig c) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray("architectures").add(architecture(c.family()));
        json.put("model_type", c.family().name().toLowerCase(Locale.ROOT));
        json.put("vocab_size", c.vocab());
        switch (c.family()) {
            case BERT, ROBERTA -> encoder(json, c);
            case GPT2 -> gpt2(json, c);
            case OPT -> opt(json, c);
            case LLAMA, MISTRAL, QWEN2 -> llama(json, c);
        }
        token(json, "bos_token_id", c.bosToken());
        token(json, "eos_token_id", c.eosToken());
        token(json, "pad_token_id", c.padToken());
        return json;
    }

    private static String architecture(Family family) {
        return switch (family) {
            case BERT -> "BertModel";
            case ROBERTA -> "RobertaModel";
            case GPT2 -> "GPT2LMHeadModel";
            case OPT -> "OPTForCausalLM";
            case LLAMA -> "LlamaForCausalLM";
            case MISTRAL -> "MistralForCausalLM";
            case QWEN2 -> "Qwen2ForCausalLM";
        };
    }

    private static void encoder(ObjectNode json, ModelConfig c) {
        sizes(json, c);
        json.put("intermediate_size", c.intermediate());
        json.put("hidden_act", activation(c.activation()));
        json.put("max_position_embeddings", c.positionRows());
        json.put("type_vocab_size", c.tokenTypes());
        json.put("layer_norm_eps", c.normEps());
        if (!c.pooler()) {
            json.put("add_pooling_layer", false);
        }
    }

    private static void gpt2(ObjectNode json, ModelConfig c) {
        json.put("n_embd", c.hidden());
        json.put("n_layer", c.layers());
        json.put("n_head", c.heads());
        json.put("n_inner", c.intermediate());
        json.put("n_positions", c.maxPositions());
        json.put("activation_function", activation(c.activation()));
        json.put("layer_norm_epsilon", c.normEps());
        json.put("tie_word_embeddings", c.tiedHead());
    }

    private static void opt(ObjectNode json, ModelConfig c) {
        sizes(json, c);
        json.put("word_embed_proj_dim", c.embedding());
        json.put("ffn_dim", c.intermediate());
        json.put("activation_function", activation(c.activation()));
        json.put("max_position_embeddings", c.maxPositions());
        json.put("do_layer_norm_before", c.normPlace() == NormPlace.BEFORE);
        json.put("_remove_final_layer_norm", c.normPlace() == NormPlace.BEFORE && !c.finalNorm());
        json.put("enable_bias", c.qkvBias());
        json.put("tie_word_embeddings", c.tiedHead());
    }

    private static void llama(ObjectNode json, ModelConfig c) {
        sizes(json, c);
        json.put("num_key_value_heads", c.kvHeads());
        json.put("head_dim", c.headDim());
        json.put("intermediate_size", c.intermediate());
        json.put("hidden_act", activation(c.activation()));
        json.put("max_position_embeddings", c.maxPositions());
        json.put("rms_norm_eps", c.normEps());
        json.put("rope_theta", c.ropeTheta());
        c.ropeScaling().ifPresent(s -> json.putObject("rope_scaling").put("rope_type", "llama3").put("factor", s.factor())
                .put("low_freq_factor", s.lowFreqFactor()).put("high_freq_factor", s.highFreqFactor())
                .put("original_max_position_embeddings", s.originalPositions()));
        if (c.family() == Family.LLAMA) {
            json.put("attention_bias", c.qkvBias());
            json.put("mlp_bias", c.mlpBias());
        }
        if (c.family() == Family.MISTRAL) {
            json.put("sliding_window", c.slidingWindow() == 0 ? null : Integer.valueOf(c.slidingWindow()));
        }
        json.put("tie_word_embeddings", c.tiedHead());
    }

    private static void sizes(ObjectNode json, ModelConfig c) {
        json.put("hidden_size", c.hidden());
        json.put("num_hidden_layers", c.layers());
        json.put("num_attention_heads", c.heads());
    }

    private static void token(ObjectNode json, String field, int id) {
        if (id >= 0) {
            json.put(field, id);
        }
    }

    private static String activation(Activation a) {
        return switch (a) {
            case GELU -> "gelu";
            case GELU_TANH -> "gelu_new";
            case RELU -> "relu";
            case SILU -> "silu";
        };
    }
}
