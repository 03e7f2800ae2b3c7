package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Support;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.WeightGradient;
import headroom.engine.tape.ops.CrossEntropy;
import headroom.engine.tape.stack.StackDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** One tiny model of every family, a batch with padding, and one training pass over it. */
final class TinyModels {
    static final int BATCH = 3;
    static final int LENGTH = 6;
    private static final int[] LENGTHS = {6, 4, 1};

    private TinyModels() {}

    /** Configurations under the published field names; every switch of the families is on in one of them. */
    static Map<String, ModelConfig> configs() {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("bert", """
                {"model_type":"bert","vocab_size":23,"hidden_size":12,"num_hidden_layers":2,"num_attention_heads":3,"intermediate_size":20,"max_position_embeddings":9,"type_vocab_size":2}""");
        json.put("roberta", """
                {"model_type":"roberta","vocab_size":23,"hidden_size":12,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":20,"max_position_embeddings":11,"type_vocab_size":1,"pad_token_id":1}""");
        json.put("gpt2", """
                {"model_type":"gpt2","vocab_size":23,"n_embd":12,"n_layer":2,"n_head":3,"n_positions":9}""");
        json.put("opt", """
                {"model_type":"opt","vocab_size":23,"hidden_size":12,"num_hidden_layers":2,"num_attention_heads":3,"ffn_dim":20,"word_embed_proj_dim":12,"max_position_embeddings":9}""");
        json.put("opt-350m", """
                {"model_type":"opt","vocab_size":23,"hidden_size":12,"num_hidden_layers":2,"num_attention_heads":3,"ffn_dim":20,"word_embed_proj_dim":8,"max_position_embeddings":9,"do_layer_norm_before":false}""");
        json.put("llama", """
                {"model_type":"llama","vocab_size":23,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":20,"max_position_embeddings":32}""");
        json.put("llama-3.1", """
                {"model_type":"llama","vocab_size":23,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":20,"max_position_embeddings":64,
                "rope_theta":50.0,"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":16}}""");
        json.put("mistral", """
                {"model_type":"mistral","vocab_size":23,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":1,"head_dim":6,"intermediate_size":20,"max_position_embeddings":32,"sliding_window":7}""");
        json.put("qwen2", """
                {"model_type":"qwen2","vocab_size":23,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":20,"max_position_embeddings":32,"tie_word_embeddings":true}""");
        Map<String, ModelConfig> configs = new LinkedHashMap<>();
        json.forEach((name, text) -> configs.put(name, HuggingFaceConfig.parse(name, text)));
        return configs;
    }

    static ModelConfig config(String name) {
        return configs().get(name);
    }

    /** A model whose every number is large enough to matter: gains near one, the rest normal with deviation 0.3. */
    static Model lively(Compute c, DType dtype, ModelConfig config, double dropout) {
        Model m = Transformers.build(config, new RandomWeights(c, dtype, Storage.DENSE, config, 5), dropout);
        for (Parameter p : m.parameters()) {
            double centre = p.role() == Parameter.Role.NORM ? 1 : 0;
            long key = Keys.key(1, "lively", p.path(), 0);
            c.overwrite(p.data(), () -> {
                ByteBuffer b = ByteBuffer.allocateDirect((int) p.data().bytes()).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < p.elements(); i++) {
                    double z = centre + 0.3 * (Keys.uniform(key, 3L * i) + Keys.uniform(key, 3L * i + 1) + Keys.uniform(key, 3L * i + 2) - 1.5) * 2;
                    if (dtype == DType.F64) {
                        b.putDouble(z);
                    } else {
                        b.putFloat((float) z);
                    }
                }
                return b.flip();
            });
        }
        return m;
    }

    static Tensor integers(Compute c, int... values) {
        return c.upload(Category.DATA, "batch", DType.I64, Shape.of(values.length), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int v : values) {
                b.putLong(v);
            }
            return b.flip();
        });
    }

    /** Three texts of 6, 4 and 1 tokens. */
    record Batch(Model.Inputs inputs, Tensor targets, int[] ids, int[] segments, int[] lengths) implements AutoCloseable {
        static Batch of(Compute c, ModelConfig config) {
            int[] ids = new int[BATCH * LENGTH];
            int[] segments = new int[ids.length];
            int[] targets = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (int) Keys.below(77, i, config.vocab());
                segments[i] = i % LENGTH >= 3 ? 1 : 0;
                targets[i] = i % LENGTH < LENGTHS[i / LENGTH] ? (int) Keys.below(78, i, config.vocab()) : -100;
            }
            boolean segmented = config.tokenTypes() > 1;
            return new Batch(new Model.Inputs(integers(c, ids), segmented ? integers(c, segments) : null, integers(c, LENGTHS), BATCH, LENGTH),
                    config.family().isEncoder() ? integers(c, 0, 2, 1) : integers(c, targets), ids, segmented ? segments : null, LENGTHS);
        }

        @Override
        public void close() {
            inputs.ids().close();
            if (inputs.segments() != null) {
                inputs.segments().close();
            }
            inputs.lengths().close();
            targets.close();
        }
    }

    /** Adds up gradients, whole. */
    static final class Sum implements GradientSink, AutoCloseable {
        final Map<Parameter, Tensor> gradients = new IdentityHashMap<>();
        final Set<Parameter> complete = Collections.newSetFromMap(new IdentityHashMap<>());
        /** In the order in which they came: identity has none of its own. */
        private final List<Tensor> made = new ArrayList<>();
        private final Compute compute;

        Sum(Compute compute) {
            this.compute = compute;
        }

        @Override
        public void accept(Parameter p, WeightGradient gradient) {
            Tensor sum = gradients.get(p);
            if (sum == null) {
                // a gradient may be borrowed memory, so the sum is a tensor of its own
                sum = compute.zeros(Category.GRADIENTS, p.path(), p.dtype(), p.shape());
                gradients.put(p, sum);
                made.add(sum);
            }
            gradient.addTo(compute, sum);
        }

        @Override
        public void complete(Parameter p) {
            complete.add(p);
        }

        @Override
        public void close() {
            made.forEach(Tensor::close);
        }
    }

    static Trainables training(Collection<Parameter> parameters) {
        Map<Parameter, Trainables.Trained> all = new IdentityHashMap<>();
        parameters.forEach(p -> all.put(p, new Trainables.Trained(Support.ALL, "all")));
        return Trainables.of(all, Set.of());
    }

    /** Sum of all losses of the batch; with a tape, also runs backward. The task head is for encoders. */
    static double loss(Pass pass, StackDriver driver, Model model, TaskHead head, Batch batch) {
        Compute c = pass.compute();
        Value hidden = model.hidden(pass, driver, batch.inputs());
        Value logits = head != null ? head.logits(pass, hidden, batch.inputs()) : model.head().forward(pass, hidden.last());
        Value loss = pass.apply(new CrossEntropy(batch.targets()), logits.last());
        double sum = doubles(c, loss.tensor()).sum();
        if (pass.tape() != null) {
            Tensor ones = c.zeros(Category.WORKSPACE, "loss", loss.tensor().dtype(), loss.tensor().shape());
            c.apply(CoreKernels.FILL_INTO, ones, 1.0);
            pass.tape().backward(loss, ones);
        }
        loss.release();
        return sum;
    }

    static Tape tape(Compute c, Trainables t, GradientSink sink) {
        return new Tape(c, t, Keeper.WHOLE, sink);
    }

    static DoubleStream doubles(Compute c, Tensor t) {
        ByteBuffer b = c.download(t);
        return switch (t.dtype()) {
            case F64 -> IntStream.range(0, (int) t.elements()).mapToDouble(i -> b.getDouble(i * Double.BYTES));
            case F32 -> IntStream.range(0, (int) t.elements()).mapToDouble(i -> b.getFloat(i * Float.BYTES));
            default -> throw new IllegalArgumentException(t.toString());
        };
    }
}
