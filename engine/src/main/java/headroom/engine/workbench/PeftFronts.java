package headroom.engine.workbench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.exchange.RawTensor;
import headroom.engine.memory.Category;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RotaryShift;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.adapter.PrefixAdapter;
import headroom.engine.recipe.adapter.PromptAdapter;
import headroom.engine.tape.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What stands in front of a text, as PEFT has it: one tensor {@code prompt_embeddings}. Of a prompt (PROMPT_TUNING) [p, width]. Of a prefix (PREFIX_TUNING) [p, 2·L·K·D]: keys and
 * values of a layer, then those of the next, as a table whatever made them; P-tuning v2 is such a prefix too, while PEFT's P_TUNING is the first version, a network at the input.
 *
 * <p>PEFT counts the rows of a prefix as positions, so the text begins at p. Where positions turn keys, turning those of the prefix by p as well leaves every attention as it was.
 * Where positions are learned, or a window forgets what lies back, nothing does, and there is no such form.
 */
final class PeftFronts {
    static final String TENSOR = "prompt_embeddings";

    private PeftFronts() {}

    static boolean fit(ModelConfig model) {
        return model.positions() == ModelConfig.Positions.ROTARY && model.slidingWindow() == 0;
    }

    static ObjectNode config(String base, PromptAdapter prompt, ModelConfig model, KeptWhole kept) {
        final ObjectNode json = front("PROMPT_TUNING", base, prompt.vectors().shape(), model, kept);
        // the start is in the file; the keys are those of a start that needs no text
        return json.put("prompt_tuning_init", "RANDOM").putNull("prompt_tuning_init_text").putNull("tokenizer_name_or_path").put("num_attention_heads", model.heads());
    }

    static ObjectNode config(String base, int length, ModelConfig model, KeptWhole kept) {
        final ObjectNode json = front("PREFIX_TUNING", base, Shape.of(length, model.kvWidth()), model, kept);
        return json.put("prefix_projection", false).put("encoder_hidden_size", model.kvWidth()).put("num_attention_heads", model.kvHeads());
    }

    private static ObjectNode front(String kind, String base, Shape rows, ModelConfig model, KeptWhole kept) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", kind).put("task_type", kept.task()).put("base_model_name_or_path", base).put("inference_mode", true);
        json.put("num_virtual_tokens", rows.dim(0)).put("token_dim", rows.dim(1)).put("num_transformer_submodules", 1).put("num_layers", model.layers());
        kept.names().forEach(json.putArray("modules_to_save")::add);
        return json;
    }

    static RawTensor tensor(PromptAdapter prompt, TunedModel tuned) {
        return tuned.raw(prompt.vectors()).named(TENSOR);
    }

    static RawTensor tensor(PrefixAdapter prefix, TunedModel tuned) {
        final Compute c = tuned.compute();
        final ModelConfig model = tuned.assembly().model().config();
        final List<RawTensor> columns = new ArrayList<>();
        for (final Map.Entry<String, Tensor> table : prefix.tables(c).entrySet()) {
            try (Tensor rows = table.getValue(); Tensor wide = c.call(CoreKernels.CAST, rows, (long) DType.F32.torchCode())) {
                columns.add(table.getKey().endsWith(PrefixAdapter.KEYS) ? turned(c, model, wide, rows.dim(0)) : raw(c, wide));
            }
        }
        return side(columns);
    }

    private static RawTensor turned(Compute c, ModelConfig model, Tensor keys, long by) {
        try (Tensor turned = RotaryShift.of(c, model, keys, by)) {
            return raw(c, turned);
        }
    }

    private static RawTensor raw(Compute c, Tensor t) {
        return new RawTensor("", t.dtype(), t.shape(), c.download(t));
    }

    /** Matrices of as many rows beside each other. */
    private static RawTensor side(List<RawTensor> columns) {
        final long rows = columns.getFirst().shape().dim(0);
        final long width = columns.stream().mapToLong(t -> t.shape().dim(1)).sum();
        final MemorySegment all = MemorySegment.ofArray(new byte[Math.toIntExact(rows * width * Float.BYTES)]);
        long at = 0;
        for (long row = 0; row < rows; row++) {
            for (final RawTensor t : columns) {
                final long bytes = t.shape().dim(1) * Float.BYTES;
                MemorySegment.copy(t.bytes(), row * bytes, all, at, bytes);
                at += bytes;
            }
        }
        return new RawTensor(TENSOR, DType.F32, Shape.of(rows, width), all);
    }

    static void read(PromptAdapter prompt, RawTensor from, TunedModel into) {
        into.fill(prompt.vectors(), from);
    }

    /** Into a table of as many rows. */
    static void read(PrefixAdapter prefix, RawTensor from, TunedModel into) {
        long column = 0;
        for (final Parameter table : prefix.parameters()) {
            final RawTensor part = columns(from, column, table.shape().dim(1));
            column += table.shape().dim(1);
            final Compute c = into.compute();
            try (Tensor read = c.upload(Category.WORKSPACE, table.path(), DType.F32, part.shape(), part::littleEndianData)) {
                if (table.path().endsWith(PrefixAdapter.KEYS)) {
                    try (Tensor back = RotaryShift.of(c, into.assembly().model().config(), read, -part.shape().dim(0))) {
                        c.apply(CoreKernels.COPY_INTO, table.data(), back);
                    }
                } else {
                    c.apply(CoreKernels.COPY_INTO, table.data(), read);
                }
            }
        }
        if (column != from.shape().dim(1)) {
            throw new IllegalStateException("what was written as " + from + " is no prefix of " + column + " columns");
        }
    }

    private static RawTensor columns(RawTensor all, long first, long width) {
        final long rows = all.shape().dim(0);
        final MemorySegment part = MemorySegment.ofArray(new byte[Math.toIntExact(rows * width * Float.BYTES)]);
        for (long row = 0; row < rows; row++) {
            MemorySegment.copy(all.bytes(), (row * all.shape().dim(1) + first) * Float.BYTES, part, row * width * Float.BYTES, width * Float.BYTES);
        }
        return new RawTensor("", DType.F32, Shape.of(rows, width), part);
    }

    /** The recipe's prefix as it is read back: a table. */
    static AdapterChoice.PrefixKv table(AdapterChoice.PrefixKv choice) {
        return new AdapterChoice.PrefixKv(choice.length(), 0, 0, AdapterChoice.FrontStart.NORMAL, List.of(), choice.firstToken());
    }
}
