package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.SafeTensorsFile;
import headroom.engine.exchange.SafeTensorsWriter;
import headroom.engine.exchange.TensorFile;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointNamesTest {
    @TempDir
    private Path folder;

    static Set<String> families() {
        return TinyModels.configs().keySet();
    }

    private Path export(TorchCompute c, Model m, DType as) throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, CheckpointExport.entries(c, m, as), Map.of("format", "pt"));
        return file;
    }

    @ParameterizedTest
    @MethodSource("families")
    void anExportedModelReadsBackAsItWas(String family) throws IOException {
        ModelConfig config = TinyModels.config(family);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            try (Model m = TinyModels.lively(c, DType.F32, config, 0);
                    TensorFile file = SafeTensorsFile.open(export(c, m, DType.F32));
                    Model again = Transformers.build(config, new FileWeights(c, DType.F32, Storage.DENSE, config, file), 0)) {
                assertThat(again.parameters()).hasSameSizeAs(m.parameters());
                for (int i = 0; i < m.parameters().size(); i++) {
                    Parameter was = m.parameters().get(i);
                    Parameter is = again.parameters().get(i);
                    assertThat(is.path()).isEqualTo(was.path());
                    assertThat(c.floats(is.data())).as(is.path()).isEqualTo(c.floats(was.data()));
                }
            }
            assertThat(ledger.openAccounts()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyNameOfAFileLeadsBackToItsParameters(String family) throws IOException {
        ModelConfig config = TinyModels.config(family);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0); TensorFile file = SafeTensorsFile.open(export(c, m, DType.F32))) {
            CheckpointNames names = CheckpointNames.in(config.family(), file);
            List<String> found = new ArrayList<>();
            file.names().forEach(n -> found.addAll(names.paths(n)));
            assertThat(found).containsExactlyInAnyOrderElementsOf(m.parameters().stream().map(Parameter::path).toList());
            assertThat(names.paths("some.other.weight")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BERT, encoder.3.attention.q.weight, encoder.layer.3.attention.self.query.weight, false, 0, 1",
        "BERT, encoder.0.mlp_norm.bias, encoder.layer.0.output.LayerNorm.bias, false, 0, 1",
        "ROBERTA, embeddings.type.weight, embeddings.token_type_embeddings.weight, false, 0, 1",
        "GPT2, decoder.11.attention.v.weight, transformer.h.11.attn.c_attn.weight, true, 2, 3",
        "GPT2, decoder.11.attention.v.bias, transformer.h.11.attn.c_attn.bias, false, 2, 3",
        "GPT2, decoder.0.mlp.down.weight, transformer.h.0.mlp.c_proj.weight, true, 0, 1",
        "OPT, decoder.0.mlp_norm.weight, model.decoder.layers.0.final_layer_norm.weight, false, 0, 1",
        "OPT, decoder.norm.weight, model.decoder.final_layer_norm.weight, false, 0, 1",
        "OPT, embeddings.project_in.weight, model.decoder.project_in.weight, false, 0, 1",
        "LLAMA, decoder.31.mlp.gate.weight, model.layers.31.mlp.gate_proj.weight, false, 0, 1",
        "LLAMA, decoder.norm.weight, model.norm.weight, false, 0, 1",
        "LLAMA, lm_head.weight, lm_head.weight, false, 0, 1",
        "MISTRAL, embeddings.token.weight, model.embed_tokens.weight, false, 0, 1",
        "QWEN2, decoder.7.attention.k.bias, model.layers.7.self_attn.k_proj.bias, false, 0, 1",
    })
    void namesAreThoseOfThePublishedCheckpoints(ModelConfig.Family family, String path, String name, boolean transposed, int part, int parts) {
        CheckpointNames names = CheckpointNames.of(family);
        assertThat(names.place(path)).isEqualTo(new CheckpointNames.Place(name, transposed, part, parts));
        assertThat(names.paths(name)).hasSize(parts).contains(path);
    }

    @Test
    void gpt2KeepsQueriesKeysAndValuesInOneTurnedMatrix() throws IOException {
        ModelConfig config = TinyModels.config("gpt2");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0); TensorFile file = SafeTensorsFile.open(export(c, m, DType.F32))) {
            RawTensor fused = file.get("transformer.h.1.attn.c_attn.weight");
            assertThat(fused.shape()).isEqualTo(Shape.of(12, 36));
            float[] k = c.floats(m.parameters().stream().filter(p -> p.path().equals("decoder.1.attention.k.weight")).findFirst().orElseThrow().data());
            // [in, 3·out]: keys are columns 12 to 24
            assertThat(fused.toFloats()[2 * 36 + 12 + 5]).isEqualTo(k[5 * 12 + 2]);
            assertThat(file.names()).doesNotContain("lm_head.weight");
        }
    }

    @Test
    void olderNamesAndAnOuterModuleInFrontAreFound() throws IOException {
        ModelConfig config = TinyModels.config("bert");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0); TensorFile file = SafeTensorsFile.open(export(c, m, DType.F32))) {
            Path old = folder.resolve("old.safetensors");
            SafeTensorsWriter.write(old, file.names().stream()
                    .map(n -> file.get(n).named("bert." + n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"))).toList(), Map.of());
            try (TensorFile given = SafeTensorsFile.open(old); Model again = Transformers.build(config, new FileWeights(c, DType.F32, Storage.DENSE, config, given), 0)) {
                for (int i = 0; i < m.parameters().size(); i++) {
                    assertThat(c.floats(again.parameters().get(i).data())).isEqualTo(c.floats(m.parameters().get(i).data()));
                }
            }
        }
    }

    @Test
    void weightsAreRoundedToTheComputeType() throws IOException {
        ModelConfig config = TinyModels.config("llama");
        try (TorchCompute c = TorchCompute.cpu(new Ledger());
                Model m = TinyModels.lively(c, DType.F32, config, 0);
                TensorFile file = SafeTensorsFile.open(export(c, m, DType.F32));
                Model half = Transformers.build(config, new FileWeights(c, DType.BF16, Storage.DENSE, config, file), 0)) {
            float[] exact = c.floats(m.parameters().getFirst().data());
            float[] rounded = c.floats(half.parameters().getFirst().data());
            try (Tensor cast = c.call(CoreKernels.CAST, m.parameters().getFirst().data(), (long) DType.BF16.torchCode())) {
                assertThat(rounded).isEqualTo(c.floats(cast)).isNotEqualTo(exact);
            }
        }
    }

    @Test
    void aTensorOfAnotherShapeIsNamedWithWhatWasExpected() throws IOException {
        ModelConfig config = TinyModels.config("llama");
        ModelConfig wider = HuggingFaceConfig.parse("wider", """
                {"model_type":"llama","vocab_size":23,"hidden_size":16,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":24,"max_position_embeddings":32}""");
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            Path file;
            try (Model m = TinyModels.lively(c, DType.F32, config, 0)) {
                file = export(c, m, DType.F32);
            }
            try (TensorFile given = SafeTensorsFile.open(file)) {
                assertThatThrownBy(() -> Transformers.build(wider, new FileWeights(c, DType.F32, Storage.DENSE, wider, given), 0))
                        .isInstanceOfSatisfying(FormatException.class, e -> {
                            assertThat(e.file()).isEqualTo(file.toString());
                            assertThat(e.place()).contains("model.layers.0.mlp.gate_proj.weight");
                            assertThat(e.found()).contains("[20, 16]");
                            assertThat(e.expected()).contains("[24, 16]");
                        });
            }
            assertThat(ledger.openAccounts()).as("a model that could not be built leaves nothing behind").isZero();
        }
    }

    @Test
    void aDryMachineReadsNothing() throws IOException {
        ModelConfig config = TinyModels.config("opt-350m");
        Path file;
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = TinyModels.lively(c, DType.F32, config, 0)) {
            file = export(c, m, DType.F32);
        }
        TensorFile closed = SafeTensorsFile.open(file);
        closed.close();
        Ledger ledger = new Ledger();
        try (DryCompute c = new DryCompute(ledger); Model m = Transformers.build(config, new FileWeights(c, DType.BF16, Storage.DENSE, config, closed), 0)) {
            assertThat(ledger.total()).isEqualTo(2 * config.parameterCount());
            assertThat(m.head().weight().bytes()).isEqualTo(2L * config.vocab() * config.embedding());
        }
    }
}
