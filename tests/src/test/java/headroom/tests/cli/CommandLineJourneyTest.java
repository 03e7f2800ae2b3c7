package headroom.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a person does at a terminal, from the catalog to the tuned model, in processes of their own. */
class CommandLineJourneyTest {
    @TempDir
    private Path folder;

    private static final String[] LORA = {"train", "--model", "minilm", "--data", "reviews", "--method", "lora", "--batch", "8", "--length", "32"};

    @Test
    void fromTheCatalogToATunedModelThatIsTriedComparedAndExported() throws Exception {
        final Headroom headroom = new Headroom(folder);
        final JsonNode catalog = headroom.run("catalog", "--json").succeeded().json();
        assertThat(catalog.get("models")).anyMatch(model -> model.get("id").asText().equals("minilm") && !model.get("shapeOnly").asBoolean());
        assertThat(catalog.get("datasets")).anyMatch(data -> data.get("id").asText().equals("reviews") && data.get("rows").asInt() >= 1200);
        assertThat(catalog.get("methods")).extracting(method -> method.get("id").asText())
                .contains("full", "lora", "qlora", "lisa", "mezo", "galore", "checkpointing");

        assertThat(catalog.get("methods")).allMatch(method -> !method.get("family").asText().isEmpty());
        assertThat(headroom.run("claims", "lora", "--json", "-").succeeded().json().get("claims")).hasSizeGreaterThan(3).allMatch(claim -> claim.get("holds").asBoolean());

        assertThat(headroom.run("weights", "sprout", "nf4", "--json", "-").succeeded().json().get("matrices")).hasSize(28)
                .allMatch(matrix -> matrix.get("relativeError").asDouble() < 0.1 && matrix.get("bitsPerWeight").asDouble() < 4.2);

        final JsonNode plan = headroom.run("plan", "--model", "llama-7b", "--method", "galore", "--batch", "1", "--length", "256", "--set", "compute=bf16",
                "--set", "state=bf16", "--json", "-").succeeded().json();
        assertThat(plan.get("peakBytes").asLong()).isGreaterThan(20L << 30);
        assertThat(plan.at("/byCategoryAtPeak/weights").asLong()).isBetween(13_400_000_000L, 13_600_000_000L);

        final JsonNode lora = headroom.run(with(LORA, "--steps", "5", "--eval-every", "1000", "--json", "-")).succeeded().json();
        final String run = lora.get("run").asText();
        assertThat(lora.get("loss")).hasSize(5).allMatch(loss -> loss.asDouble() > 0);
        assertThat(lora.at("/memory/peakBytes")).isEqualTo(lora.at("/memory/plannedPeakBytes"));
        assertThat(lora.at("/memory/byCategoryAtPeak")).isEqualTo(lora.at("/memory/plannedByCategoryAtPeak"));
        assertThat(lora.at("/throughput/tokensPerSecond").asDouble()).isPositive();

        final JsonNode full = headroom.run("train", "--model", "minilm", "--data", "reviews", "--method", "full", "--batch", "8", "--length", "32", "--steps", "2",
                "--eval-every", "1000", "--json", folder.resolve("full.json").toString()).succeeded().exitCode() == 0
                ? new ObjectMapper().readTree(folder.resolve("full.json").toFile()) : null;
        assertThat(full).isNotNull();
        assertThat(headroom.run("runs", "--json", "-").succeeded().json().get("runs")).extracting(r -> r.get("state").asText()).containsExactly("FINISHED", "FINISHED");
        assertThat(headroom.run("show", run, "--json", "-").succeeded().json().get("loss")).isEqualTo(lora.get("loss"));
        assertThat(headroom.run("compare", run, full.get("run").asText()).succeeded().out()).contains("needs the least memory").contains("method");

        final JsonNode tried = headroom.run("try", run, "--text", "a warm and honest film", "--json", "-").succeeded().json();
        assertThat(tried.at("/tuned/labels")).hasSize(2);
        assertThat(tried.at("/base/note").asText()).contains("untrained");
        final Path model = folder.resolve("tuned");
        assertThat(headroom.run("export", run, "--kind", "merged", "--to", model.toString()).succeeded().out()).contains("holds");
        assertThat(model.resolve("model.safetensors")).exists();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void ctrlCStopsWithACheckpointAndResumingRepeatsTheLossesOfAnUnbrokenRun() throws Exception {
        final JsonNode unbroken = new Headroom(Files.createDirectory(folder.resolve("unbroken")))
                .run(with(LORA, "--steps", "16", "--eval-every", "1000", "--json", "-")).succeeded().json();

        final Headroom headroom = new Headroom(Files.createDirectory(folder.resolve("broken")));
        final Headroom.Started started = headroom.start(with(LORA, "--steps", "16", "--eval-every", "1000", "--checkpoint-every", "1"));
        waitForCheckpoint(headroom, started, 2);
        started.interrupt();
        assertThat(started.process().waitFor(2, java.util.concurrent.TimeUnit.MINUTES)).isTrue();
        final Headroom.Done stopped = started.done();
        assertThat(stopped.exitCode()).isEqualTo(1);
        assertThat(stopped.err()).contains("Stopping after this step").contains("Go on with: headroom resume 0001");
        assertThat(headroom.run("show", "1", "--json", "-").succeeded().json().get("state").asText()).isEqualTo("STOPPED");

        final Headroom.Done resumed = headroom.run("resume", "1", "--json", "-").succeeded();
        assertThat(resumed.json().get("loss")).isEqualTo(unbroken.get("loss"));
        assertThat(stopped.err()).contains("evaluation at step 0:");
        assertThat(resumed.err()).contains("evaluation at step 16:").doesNotContain("evaluation at step 0:");
    }

    @Test
    void aRunThatWasKilledIsOfferedAndGoesOnAsIfItHadNotBeen() throws Exception {
        final JsonNode unbroken = new Headroom(Files.createDirectory(folder.resolve("unbroken")))
                .run(with(LORA, "--steps", "16", "--eval-every", "1000", "--json", "-")).succeeded().json();

        final Headroom headroom = new Headroom(Files.createDirectory(folder.resolve("killed")));
        final Headroom.Started started = headroom.start(with(LORA, "--steps", "16", "--eval-every", "1000", "--checkpoint-every", "2"));
        waitForCheckpoint(headroom, started, 4);
        started.kill();
        assertThat(headroom.run("runs").succeeded().out()).contains("interrupted").contains("headroom resume 0001");
        final JsonNode resumed = headroom.run("resume", "1", "--json", "-").succeeded().json();
        assertThat(resumed.get("loss")).isEqualTo(unbroken.get("loss"));
        assertThat(resumed.at("/memory/peakBytes")).isEqualTo(resumed.at("/memory/plannedPeakBytes"));
    }

    @Test
    void aBadFileNamesItsRowsBeforeTrainingAndABudgetTooSmallIsRefused() throws Exception {
        final Headroom headroom = new Headroom(folder);
        final Path rows = folder.resolve("rows.csv");
        final StringBuilder csv = new StringBuilder("text,label\n");
        for (int i = 0; i < 24; i++) {
            csv.append(i % 2 == 0 ? "warm and kind " : "cold and rude ").append(i).append(',').append(i % 2 == 0 ? "good" : "bad").append('\n');
        }
        Files.writeString(rows, csv.append("lost,\n"));
        final Headroom.Done done = headroom.run("train", "--model", "minilm", "--data", rows.toString(), "--method", "lora", "--batch", "8", "--steps", "1").succeeded();
        assertThat(done.err()).containsSubsequence("row 26, label", "evaluation at step 0");

        final Headroom.Done refused = headroom.run("train", "--model", "minilm", "--data", "reviews", "--method", "full", "--budget", "200MiB", "--steps", "1");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("error: The run would need").contains("safe:  Nothing was started.").doesNotContain("\tat ");
        assertThat(headroom.run("plan", "--model", "minilm", "--data", "reviews", "--method", "full", "--budget", "200MiB").succeeded().out())
                .startsWith("Does not fit").contains("What to change");
    }

    private static void waitForCheckpoint(Headroom headroom, Headroom.Started started, int step) throws Exception {
        final Path checkpoint = headroom.home().resolve("runs/0001/checkpoints/step-%08d".formatted(step));
        while (!Files.exists(checkpoint)) {
            assertThat(started.process().isAlive()).as(started.err()).isTrue();
            Thread.sleep(20);
        }
    }

    private static String[] with(String[] args, String... more) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(args), java.util.stream.Stream.of(more)).toArray(String[]::new);
    }
}
