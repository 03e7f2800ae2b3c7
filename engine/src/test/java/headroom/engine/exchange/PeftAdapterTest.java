package headroom.engine.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftAdapterTest {
    private static final String QUERY = "encoder.layer.0.attention.self.query";
    private static final PeftConfig CONFIG = new PeftConfig("minilm", Optional.of("SEQ_CLS"), 1, 4, false, 0.1, List.of("query"), List.of("classifier"), false);
    /** B A = [[1,2,3],[2,4,6]], scaled by 4. */
    private static final LowRankFactors FACTORS = new LowRankFactors(RawTensor.of("a", Shape.of(1, 3), 1, 2, 3), RawTensor.of("b", Shape.of(2, 1), 1, 2));

    @TempDir
    Path home;
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        folder = home.resolve("adapter");
        PeftAdapter.write(folder, CONFIG, Map.of(QUERY, FACTORS), Map.of("classifier.weight", RawTensor.of("w", Shape.of(2, 2), 1, 2, 3, 4)));
    }

    @Test
    void namesAndSettingsAreThoseOfThePeftLibrary() throws IOException {
        try (TensorFile file = SafeTensorsFile.open(folder.resolve("adapter_model.safetensors"))) {
            assertThat(file.names()).containsExactlyInAnyOrder("base_model.model." + QUERY + ".lora_A.weight", "base_model.model." + QUERY + ".lora_B.weight",
                    "base_model.model.classifier.weight");
        }
        JsonNode json = JsonFiles.read(folder.resolve("adapter_config.json"));
        assertThat(json.get("peft_type").textValue()).isEqualTo("LORA");
        assertThat(json.get("task_type").textValue()).isEqualTo("SEQ_CLS");
        assertThat(json.get("r").intValue()).isEqualTo(1);
        assertThat(json.get("lora_alpha").isInt()).isTrue();
        assertThat(json.get("target_modules").get(0).textValue()).isEqualTo("query");
        assertThat(json.get("modules_to_save").get(0).textValue()).isEqualTo("classifier");
    }

    @Test
    void anAdapterComesBackAsItWasWritten() throws IOException {
        try (PeftAdapter read = PeftAdapter.open(folder)) {
            assertThat(read.config()).isEqualTo(CONFIG);
            assertThat(read.factors()).containsOnlyKeys(QUERY);
            assertThat(read.factors().get(QUERY).a().toFloats()).containsExactly(1, 2, 3);
            assertThat(read.factors().get(QUERY).b().toFloats()).containsExactly(1, 2);
            assertThat(read.saved().get("classifier.weight").toFloats()).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void anExportNeverOverwritesAndLeavesNoDraft() throws IOException {
        assertThatThrownBy(() -> PeftAdapter.write(folder, CONFIG, Map.of(), Map.of())).isInstanceOf(FileAlreadyExistsException.class).hasMessageContaining("new folder");

        Map<String, RawTensor> clash = Map.of(QUERY + ".lora_A.weight", FACTORS.a());
        assertThatThrownBy(() -> PeftAdapter.write(home.resolve("other"), CONFIG, Map.of(QUERY, FACTORS), clash)).isInstanceOf(IllegalArgumentException.class);
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files).containsExactly(folder);
        }
    }

    @Test
    void mergingAddsTheScaledProductAndKeepsTheRest() throws IOException {
        Path base = base("");

        try (TensorFile file = TensorFiles.open(base); PeftAdapter adapter = PeftAdapter.open(folder)) {
            ModelExport.write(home.resolve("merged"), JsonFiles.read(base.resolve("config.json")), ModelExport.merged(file, adapter), Optional.empty());
        }

        try (TensorFile merged = TensorFiles.open(home.resolve("merged"))) {
            assertThat(merged.get(QUERY + ".weight").toFloats()).containsExactly(10 + 4, 20 + 8, 30 + 12, 40 + 8, 50 + 16, 60 + 24);
            assertThat(merged.get(QUERY + ".bias").toFloats()).containsExactly(5, 6);
            assertThat(merged.get("classifier.weight").toFloats()).containsExactly(1, 2, 3, 4);
        }
        assertThat(JsonFiles.read(home.resolve("merged/config.json")).get("model_type").textValue()).isEqualTo("bert");
    }

    @Test
    void aBaseSavedUnderItsOuterModulesNameIsMetToo() throws IOException {
        try (TensorFile file = TensorFiles.open(base("bert.")); PeftAdapter adapter = PeftAdapter.open(folder)) {
            RawTensor merged = ModelExport.merged(file, adapter).getFirst().source().fetch();

            assertThat(merged.name()).isEqualTo("bert." + QUERY + ".weight");
            assertThat(merged.toFloats()[0]).isEqualTo(14);
        }
    }

    @Test
    void halfPrecisionIsRoundedToTheNearestOnce() throws IOException {
        // 1 + 2^-8 is the middle between the bf16 numbers 1 and 1 + 2^-7: a tie goes to the even one
        RawTensor bf16 = half(DType.BF16, (short) 0x3f80);
        LowRankFactors up = scalar(0.00390625f + 0.0000076f);
        LowRankFactors tie = scalar(0.00390625f);

        assertThat(up.mergedInto(bf16, 1).littleEndianData().getShort(0)).isEqualTo((short) 0x3f81);
        assertThat(tie.mergedInto(bf16, 1).littleEndianData().getShort(0)).isEqualTo((short) 0x3f80);
        assertThat(scalar(0.25f).mergedInto(half(DType.F16, (short) 0x3c00), 2).toFloats()[0]).isCloseTo(1.5f, within(0f));
    }

    @Test
    void anAdapterForAnotherModelIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path base = home.resolve("base");
        Files.createDirectories(base);
        SafeTensorsWriter.write(base.resolve("model.safetensors"), List.of(RawTensor.of(QUERY + ".weight", Shape.of(3, 2), 1, 2, 3, 4, 5, 6)), Map.of());

        try (TensorFile file = TensorFiles.open(base); PeftAdapter adapter = PeftAdapter.open(folder)) {
            assertThatThrownBy(() -> ModelExport.merged(file, adapter)).isInstanceOf(FormatException.class)
                    .hasMessageContaining("[3, 2]").hasMessageContaining("[2, 3]");
        }
    }

    @Test
    void twoPairsBesideEachOtherAreTheSumOfTheirChanges() {
        LowRankFactors other = new LowRankFactors(RawTensor.of("a", Shape.of(2, 3), 1, 0, 2, 0, 1, 1), RawTensor.of("b", Shape.of(2, 2), 1, 2, 3, 4));
        LowRankFactors both = FACTORS.beside(other);

        assertThat(both.rank()).isEqualTo(3);
        assertThat(both.a().toFloats()).containsExactly(1, 2, 3, 1, 0, 2, 0, 1, 1);
        assertThat(both.b().toFloats()).containsExactly(1, 1, 2, 2, 3, 4);
        RawTensor zero = RawTensor.of("w", Shape.of(2, 3), 0, 0, 0, 0, 0, 0);
        assertThat(both.mergedInto(zero, 1).toFloats()).containsExactly(other.mergedInto(FACTORS.mergedInto(zero, 1), 1).toFloats());
        assertThatThrownBy(() -> FACTORS.beside(new LowRankFactors(RawTensor.of("a", Shape.of(1, 2), 1, 2), RawTensor.of("b", Shape.of(2, 1), 1, 2)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 3]").hasMessageContaining("[2, 2]");
    }

    @Test
    void someDirectionsOfAPairAreAPair() {
        LowRankFactors three = FACTORS.beside(new LowRankFactors(RawTensor.of("a", Shape.of(2, 3), 1, 0, 2, 0, 1, 1), RawTensor.of("b", Shape.of(2, 2), 1, 2, 3, 4)));
        LowRankFactors some = three.of(List.of(2, 0));

        assertThat(some.rank()).isEqualTo(2);
        assertThat(some.a().toFloats()).containsExactly(0, 1, 1, 1, 2, 3);
        assertThat(some.b().toFloats()).containsExactly(2, 1, 4, 2);
    }

    @Test
    void aFactorWithoutItsPartnerIsRefused() throws IOException {
        for (String lone : List.of(".lora_A.weight", ".lora_B.weight")) {
            replaceTensors(RawTensor.of("base_model.model.q" + lone, Shape.of(1, 1), 1));
            assertThatThrownBy(() -> PeftAdapter.open(folder)).isInstanceOf(FormatException.class).hasMessageContaining("base_model.model.q.lora_");
        }
    }

    @Test
    void factorsOfAnotherRankThanTheSettingsSayAreRefused() throws IOException {
        replaceTensors(RawTensor.of("base_model.model.q.lora_A.weight", Shape.of(2, 1), 1, 2), RawTensor.of("base_model.model.q.lora_B.weight", Shape.of(1, 2), 1, 2));

        assertThatThrownBy(() -> PeftAdapter.open(folder)).isInstanceOf(FormatException.class).hasMessageContaining("rank 2").hasMessageContaining("rank 1");
    }

    @Test
    void variantsThatMeanSomethingElseAreRefused() throws IOException {
        for (String change : List.of("use_dora=true", "bias=\"all\"", "peft_type=\"IA3\"", "rank_pattern={\"q\":4}")) {
            ObjectNode json = CONFIG.toJson();
            String field = change.substring(0, change.indexOf('='));
            json.set(field, new ObjectMapper().readTree(change.substring(field.length() + 1)));
            JsonFiles.write(folder.resolve("adapter_config.json"), json);

            assertThatThrownBy(() -> PeftAdapter.open(folder)).isInstanceOf(FormatException.class).hasMessageContaining(field);
        }
    }

    private Path base(String prefix) throws IOException {
        Path base = home.resolve("base");
        Files.createDirectories(base);
        SafeTensorsWriter.write(base.resolve("model.safetensors"), List.of(RawTensor.of(prefix + QUERY + ".weight", Shape.of(2, 3), 10, 20, 30, 40, 50, 60),
                RawTensor.of(prefix + QUERY + ".bias", Shape.of(2), 5, 6)), Map.of());
        Files.writeString(base.resolve("config.json"), "{\"model_type\":\"bert\"}");
        return base;
    }

    private void replaceTensors(RawTensor... tensors) throws IOException {
        SafeTensorsWriter.write(folder.resolve("adapter_model.safetensors"), List.of(tensors), Map.of());
    }

    private static LowRankFactors scalar(float product) {
        return new LowRankFactors(RawTensor.of("a", Shape.of(1, 1), product), RawTensor.of("b", Shape.of(1, 1), 1));
    }

    private static RawTensor half(DType dtype, short bits) {
        return new RawTensor("w", dtype, Shape.of(1, 1), ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, bits));
    }
}
