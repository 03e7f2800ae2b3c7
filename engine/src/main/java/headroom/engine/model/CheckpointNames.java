package headroom.engine.model;

import headroom.engine.exchange.TensorFile;
import headroom.engine.model.ModelConfig.Family;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of a family's published checkpoints beside our own paths, in both directions: one table for each family. A row names a module; its tensors are called
 * {@code .weight} and {@code .bias} on both sides.
 */
public final class CheckpointNames {
    /** Stands for the number of a layer. */
    private static final String LAYER = "#";

    /**
     * Where one of our tensors lies in a checkpoint.
     *
     * @param name tensor in the file
     * @param transposed the file holds the matrix as [in, out]
     * @param part which of {@code parts} equal pieces along the output axis it is
     * @param parts pieces that share the tensor; 1 if it is alone
     */
    public record Place(String name, boolean transposed, int part, int parts) {}

    private record Row(String ours, String theirs, boolean transposed, int part, int parts) {
        Row(String ours, String theirs) {
            this(ours, theirs, false, 0, 1);
        }

        /** A module of GPT-2, which keeps its matrices as [in, out]. */
        static Row turned(String ours, String theirs) {
            return new Row(ours, theirs, true, 0, 1);
        }
    }

    /** Prefixes under which a family's modules are found, the one written first; and the names outside any prefix. */
    private record Table(List<String> prefixes, List<Row> rows) {}

    private static final Row HEAD = new Row("lm_head", "lm_head");

    private static final List<Row> BERT_ROWS = List.of(
            new Row("embeddings.token", "embeddings.word_embeddings"),
            new Row("embeddings.position", "embeddings.position_embeddings"),
            new Row("embeddings.type", "embeddings.token_type_embeddings"),
            new Row("embeddings.norm", "embeddings.LayerNorm"),
            new Row("encoder.#.attention.q", "encoder.layer.#.attention.self.query"),
            new Row("encoder.#.attention.k", "encoder.layer.#.attention.self.key"),
            new Row("encoder.#.attention.v", "encoder.layer.#.attention.self.value"),
            new Row("encoder.#.attention.out", "encoder.layer.#.attention.output.dense"),
            new Row("encoder.#.attention_norm", "encoder.layer.#.attention.output.LayerNorm"),
            new Row("encoder.#.mlp.up", "encoder.layer.#.intermediate.dense"),
            new Row("encoder.#.mlp.down", "encoder.layer.#.output.dense"),
            new Row("encoder.#.mlp_norm", "encoder.layer.#.output.LayerNorm"));

    private static final List<Row> GPT2_ROWS = List.of(
            new Row("embeddings.token", "wte"),
            new Row("embeddings.position", "wpe"),
            new Row("decoder.#.attention_norm", "h.#.ln_1"),
            new Row("decoder.#.attention.q", "h.#.attn.c_attn", true, 0, 3),
            new Row("decoder.#.attention.k", "h.#.attn.c_attn", true, 1, 3),
            new Row("decoder.#.attention.v", "h.#.attn.c_attn", true, 2, 3),
            Row.turned("decoder.#.attention.out", "h.#.attn.c_proj"),
            new Row("decoder.#.mlp_norm", "h.#.ln_2"),
            Row.turned("decoder.#.mlp.up", "h.#.mlp.c_fc"),
            Row.turned("decoder.#.mlp.down", "h.#.mlp.c_proj"),
            new Row("decoder.norm", "ln_f"),
            HEAD);

    private static final List<Row> OPT_ROWS = List.of(
            new Row("embeddings.token", "embed_tokens"),
            new Row("embeddings.position", "embed_positions"),
            new Row("embeddings.project_in", "project_in"),
            new Row("decoder.#.attention_norm", "layers.#.self_attn_layer_norm"),
            new Row("decoder.#.attention.q", "layers.#.self_attn.q_proj"),
            new Row("decoder.#.attention.k", "layers.#.self_attn.k_proj"),
            new Row("decoder.#.attention.v", "layers.#.self_attn.v_proj"),
            new Row("decoder.#.attention.out", "layers.#.self_attn.out_proj"),
            new Row("decoder.#.mlp_norm", "layers.#.final_layer_norm"),
            new Row("decoder.#.mlp.up", "layers.#.fc1"),
            new Row("decoder.#.mlp.down", "layers.#.fc2"),
            new Row("decoder.norm", "final_layer_norm"),
            new Row("decoder.project_out", "project_out"),
            HEAD);

    private static final List<Row> LLAMA_ROWS = List.of(
            new Row("embeddings.token", "embed_tokens"),
            new Row("decoder.#.attention_norm", "layers.#.input_layernorm"),
            new Row("decoder.#.attention.q", "layers.#.self_attn.q_proj"),
            new Row("decoder.#.attention.k", "layers.#.self_attn.k_proj"),
            new Row("decoder.#.attention.v", "layers.#.self_attn.v_proj"),
            new Row("decoder.#.attention.out", "layers.#.self_attn.o_proj"),
            new Row("decoder.#.mlp_norm", "layers.#.post_attention_layernorm"),
            new Row("decoder.#.mlp.gate", "layers.#.mlp.gate_proj"),
            new Row("decoder.#.mlp.up", "layers.#.mlp.up_proj"),
            new Row("decoder.#.mlp.down", "layers.#.mlp.down_proj"),
            new Row("decoder.norm", "norm"),
            HEAD);

    private final String prefix;
    private final Map<String, Row> byOurs = new HashMap<>();
    private final Map<String, List<Row>> byTheirs = new HashMap<>();

    private CheckpointNames(Table table, String prefix) {
        this.prefix = prefix;
        for (Row r : table.rows()) {
            byOurs.put(r.ours(), r);
            byTheirs.computeIfAbsent(r.theirs(), k -> new ArrayList<>()).add(r);
        }
    }

    private static Table table(Family family) {
        return switch (family) {
            case BERT -> new Table(List.of("", "bert."), BERT_ROWS);
            case ROBERTA -> new Table(List.of("", "roberta."), BERT_ROWS);
            case GPT2 -> new Table(List.of("transformer.", ""), GPT2_ROWS);
            case OPT -> new Table(List.of("model.decoder.", "decoder.", ""), OPT_ROWS);
            case LLAMA, MISTRAL, QWEN2 -> new Table(List.of("model.", ""), LLAMA_ROWS);
        };
    }

    /** The names as they are written today. */
    public static CheckpointNames of(Family family) {
        Table t = table(family);
        return new CheckpointNames(t, t.prefixes().getFirst());
    }

    /** The names as a file has them: models are published with and without the name of their outer module in front. */
    public static CheckpointNames in(Family family, TensorFile file) {
        Table t = table(family);
        String token = t.rows().getFirst().theirs() + Paths.WEIGHT;
        String found = t.prefixes().stream().filter(p -> file.names().contains(p + token)).findFirst().orElse(t.prefixes().getFirst());
        return new CheckpointNames(t, found);
    }

    /**
     * Where a parameter lies.
     *
     * @throws IllegalArgumentException if the family has no such parameter
     */
    public Place place(String path) {
        String site = Paths.site(path);
        Row row = byOurs.get(generic(site));
        if (row == null || site.length() == path.length()) {
            throw new IllegalArgumentException("no checkpoint name is known for the parameter " + path);
        }
        String suffix = path.substring(site.length());
        return new Place(module(site) + suffix, row.transposed() && suffix.equals(Paths.WEIGHT), row.part(), row.parts());
    }

    /**
     * The module that a site is in the published model, as adapters name it.
     *
     * @throws IllegalArgumentException if the family has no such site
     */
    public String module(String site) {
        Row row = byOurs.get(generic(site));
        if (row == null) {
            throw new IllegalArgumentException("no checkpoint name is known for " + site);
        }
        String name = row.theirs().replace(LAYER, number(site));
        return row == HEAD ? name : prefix + name;
    }

    /** Our parameters that a tensor of the file holds, in the order of its pieces; empty if it is none of the model's. */
    public List<String> paths(String name) {
        String site = Paths.site(name);
        List<Row> rows = name.startsWith(prefix) ? byTheirs.get(generic(site.substring(prefix.length()))) : null;
        if (rows == null) {
            rows = byTheirs.get(site);
        }
        if (rows == null || site.length() == name.length()) {
            return List.of();
        }
        return rows.stream().map(r -> r.ours().replace(LAYER, number(site)) + name.substring(site.length())).toList();
    }

    /** The path with its layer number replaced by the sign for any. */
    private static String generic(String path) {
        String n = number(path);
        return n.isEmpty() ? path : path.replaceFirst("\\.\\d+\\.", "." + LAYER + ".");
    }

    private static String number(String path) {
        for (String part : path.split("\\.")) {
            if (!part.isEmpty() && part.chars().allMatch(Character::isDigit)) {
                return part;
            }
        }
        return "";
    }
}
