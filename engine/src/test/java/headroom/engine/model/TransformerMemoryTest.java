package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Timeline;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import headroom.engine.tape.stack.CheckpointedStack;
import headroom.engine.tape.stack.StackDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransformerMemoryTest {
    private static final long TOKENS = 2 * 64;
    private static final Predicate<Parameter> EVERYTHING = p -> true;
    /** As LISA trains: the embedding below, so the gradient runs through every frozen layer. */
    private static final Predicate<Parameter> EMBEDDING = p -> p.path().equals("embeddings.token.weight");

    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    private static ModelConfig shaped(String family, int layers) {
        String json = switch (family) {
            case "llama" -> """
                    {"model_type":"llama","vocab_size":100,"hidden_size":32,"num_hidden_layers":%d,"num_attention_heads":4,"intermediate_size":72,"max_position_embeddings":128}""";
            case "gpt2" -> """
                    {"model_type":"gpt2","vocab_size":100,"n_embd":32,"n_layer":%d,"n_head":4,"n_inner":72,"n_positions":128}""";
            case "bert" -> """
                    {"model_type":"bert","vocab_size":100,"hidden_size":32,"num_hidden_layers":%d,"num_attention_heads":4,"intermediate_size":72,"max_position_embeddings":128}""";
            default -> """
                    {"model_type":"opt","vocab_size":100,"hidden_size":32,"num_hidden_layers":%d,"num_attention_heads":4,"ffn_dim":72,"word_embed_proj_dim":32,"max_position_embeddings":128}""";
        };
        return HuggingFaceConfig.parse(family, json.formatted(layers));
    }

    /** Elements kept for the backward pass by one layer, per token. */
    private static double keptPerToken(String family, Predicate<Parameter> trains, StackDriver driver) {
        return (kept(shaped(family, 3), trains, driver) - kept(shaped(family, 2), trains, driver)) / (double) Float.BYTES / TOKENS;
    }

    private static long kept(ModelConfig config, Predicate<Parameter> trains, StackDriver driver) {
        Ledger ledger = new Ledger();
        try (Compute c = new DryCompute(ledger);
                Model m = Transformers.build(config, new RandomWeights(c, DType.F32, Storage.DENSE, config, 1), 0);
                Tensor ids = c.zeros(Category.DATA, "ids", DType.I64, Shape.of(TOKENS));
                Tensor lengths = c.zeros(Category.DATA, "lengths", DType.I64, Shape.of(2));
                TinyModels.Sum sum = new TinyModels.Sum(c);
                Tape tape = TinyModels.tape(c, TinyModels.training(m.parameters().stream().filter(trains).toList()), sum)) {
            Value out = m.hidden(Pass.taped(c, tape, 1, 1), driver, new Model.Inputs(ids, null, lengths, 2, TOKENS / 2));
            out.release();
            assertThat(ledger.total(Category.WORKSPACE)).as("nothing but what is kept stays after the pass").isZero();
            return ledger.total(Category.ACTIVATIONS);
        }
    }

    static Stream<Arguments> keptByALayer() {
        // trained in full or frozen, the same: the inputs of linear sites are made again from what norms and activations keep
        // statistics: log-sum-exp of 4 heads, and for each of two norms a reciprocal deviation (and a mean)
        return Stream.of(
                Arguments.of("llama", EVERYTHING, 6, 2, 4 + 2), Arguments.of("llama", EMBEDDING, 6, 2, 4 + 2),
                Arguments.of("gpt2", EVERYTHING, 6, 1, 4 + 4), Arguments.of("gpt2", EMBEDDING, 6, 1, 4 + 4),
                Arguments.of("bert", EVERYTHING, 6, 1, 4 + 4), Arguments.of("bert", EMBEDDING, 6, 1, 4 + 4),
                Arguments.of("opt", EVERYTHING, 6, 1, 4 + 4), Arguments.of("opt", EMBEDDING, 6, 1, 4 + 4));
    }

    @ParameterizedTest
    @MethodSource
    void keptByALayer(String family, Predicate<Parameter> trains, int widths, int inner, int statistics) {
        assertThat(keptPerToken(family, trains, StackDriver.PLAIN)).isEqualTo(widths * 32.0 + inner * 72.0 + statistics);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "bert", "opt"})
    void biasesAloneKeepNoInputOfALinearSite(String family) {
        // what norms, attention and activation need: as a frozen layer
        assertThat(keptPerToken(family, p -> p.role() == Parameter.Role.BIAS, StackDriver.PLAIN)).isEqualTo(6 * 32.0 + 72 + 8);
    }

    @Test
    void aCheckpointedLayerKeepsItsInputOnly() {
        assertThat(keptPerToken("llama", EVERYTHING, new CheckpointedStack(1))).isEqualTo(32);
        assertThat(keptPerToken("bert", EVERYTHING, new CheckpointedStack(1))).isEqualTo(32);
    }

    @Test
    void layersBelowTheLowestTrainedOneKeepNothing() {
        Predicate<Parameter> top = p -> p.path().startsWith("decoder.2.");
        long layer = (6 * 32 + 2 * 72 + 6) * TOKENS * Float.BYTES;
        // the lowest layer's norm still needs its input for its gain
        assertThat(kept(shaped("llama", 3), top, StackDriver.PLAIN)).isEqualTo(kept(shaped("llama", 3), EVERYTHING, StackDriver.PLAIN) - 2 * layer);
    }

    private record Booking(Category category, String owner, String what, long bytes, long birth, long death) {}

    private static List<Booking> bookings(Compute c, Ledger ledger, ModelConfig config, DType dtype, StackDriver driver) {
        Timeline timeline = new Timeline();
        ledger.watch(timeline);
        ledger.resetPeak();
        try (Model m = Transformers.build(config, new RandomWeights(c, dtype, Storage.DENSE, config, 1), 0.1);
                TinyModels.Batch batch = TinyModels.Batch.of(c, config)) {
            TaskHead head = m.head() == null ? TaskHead.create(c, config, 3, dtype, 1) : null;
            List<Parameter> all = new ArrayList<>(m.parameters());
            if (head != null) {
                all.addAll(head.parameters());
            }
            try (TinyModels.Sum sum = new TinyModels.Sum(c); Tape tape = TinyModels.tape(c, TinyModels.training(all), sum)) {
                TinyModels.loss(Pass.taped(c, tape, 1, 1), driver, m, head, batch);
            }
            if (head != null) {
                head.close();
            }
        }
        assertThat(ledger.total()).isZero();
        assertThat(ledger.openAccounts()).isZero();
        List<Booking> out = new ArrayList<>();
        long start = timeline.accounts().getFirst().birth();
        for (Account a : timeline.accounts()) {
            out.add(new Booking(a.category(), a.owner(), a.what(), a.bytes(), a.birth() - start, a.death() - start));
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("families")
    void aDryRunBooksWhatARealRunBooks(String family) {
        ModelConfig config = TinyModels.config(family);
        Ledger dry = new Ledger();
        Ledger real = new Ledger();
        try (Compute planned = new DryCompute(dry); Compute run = TorchCompute.cpu(real)) {
            for (DType dtype : List.of(DType.F32, DType.BF16)) {
                for (StackDriver driver : List.of(StackDriver.PLAIN, new CheckpointedStack(1))) {
                    List<Booking> plan = bookings(planned, dry, config, dtype, driver);
                    List<Booking> done = bookings(run, real, config, dtype, driver);
                    for (int i = 0; i < Math.min(plan.size(), done.size()); i++) {
                        assertThat(done.get(i)).as("booking %d", i).isEqualTo(plan.get(i));
                    }
                    assertThat(done).hasSameSizeAs(plan).isNotEmpty();
                    assertThat(real.peak().bytes()).isEqualTo(dry.peak().bytes()).isPositive();
                }
            }
        }
    }

    static List<ModelShape> catalogue() {
        return ModelShapes.all();
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void aBuiltModelHasThePublishedNumberOfParameters(ModelShape shape) {
        Ledger ledger = new Ledger();
        try (Compute c = new DryCompute(ledger);
                Model m = Transformers.build(shape.config(), new RandomWeights(c, DType.BF16, Storage.DENSE, shape.config(), 1), 0)) {
            long built = m.parameters().stream().mapToLong(Parameter::elements).sum();
            long d = shape.config().hidden();
            // the pooler of the published encoders is left out
            assertThat(built).isEqualTo(shape.config().parameterCount() - (shape.config().pooler() ? d * d + d : 0)).isEqualTo(m.config().parameterCount());
            assertThat(ledger.total(Category.WEIGHTS)).isEqualTo(2 * built);
            assertThat(m.parameters()).doesNotHaveDuplicates();
            assertThat(m.parameters().stream().map(Parameter::path)).doesNotHaveDuplicates();
        }
        assertThat(ledger.total()).isZero();
    }
}
