package headroom.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts rely on: field names, a standard output that is JSON and nothing else, exit codes, and sentences instead of traces. */
class ScriptsTest {
    private static final String[] CATEGORIES = {"weights", "adapter", "gradients", "optimizer", "activations", "workspace", "data"};

    @TempDir
    private Path folder;
    private Headroom headroom;

    @BeforeEach
    void open() {
        headroom = new Headroom(folder);
    }

    @Test
    void aPlanAddsUpAndAShapeNeedsNoData() throws Exception {
        final JsonNode plan = headroom.run("plan", "--model", "minilm", "--data", "reviews", "--method", "lora", "--set", "rank=8", "--batch", "8",
                "--length", "64", "--budget", "8GiB", "--json", "-").succeeded().json();
        addsUp(plan);
        assertThat(plan.at("/settings/rank").asText()).isEqualTo("8");
        assertThat(plan.get("budgetBytes").asLong()).isEqualTo(8L << 30);

        final Path file = folder.resolve("plans/llama.json");
        assertThat(headroom.run("plan", "--model", "llama-7b", "--method", "full", "--set", "compute=bf16", "--set", "state=bf16", "--batch", "1",
                "--length", "2048", "--json", file.toString()).succeeded().out()).contains("Does not fit").contains("optimizer");
        final JsonNode shape = new ObjectMapper().readTree(file.toFile());
        addsUp(shape);
        // Adam's two moments in bf16: four bytes for each of 6.74 billion parameters
        assertThat(shape.at("/byCategoryAtPeak/optimizer").asLong()).isBetween(26_900_000_000L, 27_000_000_000L);
    }

    private static void addsUp(JsonNode plan) {
        long sum = 0;
        for (final String category : CATEGORIES) {
            sum += plan.get("byCategoryAtPeak").required(category).asLong();
        }
        assertThat(plan.get("byCategoryAtPeak")).hasSize(CATEGORIES.length);
        assertThat(plan.get("peakBytes").asLong()).isEqualTo(sum).isPositive();
        assertThat(plan.get("flops").isIntegralNumber()).isTrue();
        assertThat(plan.get("flops").asLong()).isPositive();
        assertThat(plan.get("perLayer")).isNotEmpty();
    }

    @Test
    void theBundledDecoderReadsProseThatItHasNotSeen() throws Exception {
        final JsonNode run = headroom.run("train", "--model", "sprout", "--data", "prose", "--method", "lora", "--steps", "1", "--json", "-")
                .succeeded().json();
        // measured 1.937; guessing has 4,096
        assertThat(run.at("/eval/0/perplexity").asDouble()).isBetween(1.0, 1.98);
        assertThat(run.at("/memory/peakBytes").asLong()).isPositive().isEqualTo(run.at("/memory/plannedPeakBytes").asLong());
        assertThat(run.at("/memory/processGrowthBytes").isIntegralNumber()).isTrue();
        assertThat(run.get("seconds").asDouble()).isPositive();
        assertThat(headroom.run("try", "1", "--text", "Once there was", "--json", "-").succeeded().json().at("/base/text").asText()).isNotBlank();
    }

    @Test
    void aRunThatIsAskedToEndWritesItsResultAndDoesNotSucceed() throws Exception {
        final Headroom.Started running = headroom.start("train", "--model", "minilm", "--data", remarks("").toString(), "--text", "remark", "--label", "3",
                "--method", "lora", "--batch", "4", "--length", "32", "--steps", "5000", "--eval-every", "9999", "--checkpoint-every", "2", "--json", "-");
        while (!Files.exists(headroom.home().resolve("runs/0001/checkpoints/step-00000002"))) {
            assertThat(running.process().isAlive()).as(running.err()).isTrue();
            Thread.sleep(10);
        }
        // SIGTERM
        running.process().destroy();
        running.process().waitFor();
        final Headroom.Done stopped = running.done();
        assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(1);
        final JsonNode run = stopped.json();
        assertThat(run.get("state").asText()).isEqualTo("STOPPED");
        assertThat(run.get("loss")).hasSize(run.get("steps").asInt());
        assertThat(run.at("/checkpoints/0/step")).isEqualTo(run.get("steps"));
        assertThat(run.at("/memory/peakBytes")).isEqualTo(run.at("/memory/plannedPeakBytes"));
        assertThat(stopped.err()).contains("headroom resume 0001");
    }

    /** A file with columns of which only two are wanted. */
    private Path remarks(String more) throws Exception {
        final StringBuilder rows = new StringBuilder("id,remark,verdict\n");
        for (int i = 0; i < 48; i++) {
            rows.append(i).append(i % 2 == 0 ? ",the soup was warm and the day was bright,good\n" : ",nobody came and the soup was cold,bad\n");
        }
        return Files.writeString(folder.resolve("remarks.csv"), rows.append(more));
    }

    @Test
    void aBudgetThatIsTooSmallNamesWhatTakesItAndWhatHelps() throws Exception {
        final String[] train = {"train", "--model", "minilm", "--data", remarks("").toString(), "--method", "full", "--batch", "4", "--length", "32", "--steps", "2",
            "--budget", "150MiB", "--json", "-"};
        final Headroom.Done refused = headroom.run(train);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("the budget is 0.15 GiB").contains("largest accounts").contains("embeddings.token").contains("Base weights to NF4");

        train[train.length - 2] = "--anyway";
        train[train.length - 1] = "--json=-";
        final Headroom.Done stopped = headroom.run(train);
        assertThat(stopped.exitCode()).isEqualTo(1);
        assertThat(stopped.json().get("state").asText()).isEqualTo("FAILED");
        assertThat(stopped.json().at("/failure/overBudget/largest")).isNotEmpty();
        assertThat(stopped.json().at("/memory/peakBytes").asLong()).isPositive().isLessThanOrEqualTo(150L << 20);
        assertThat(stopped.err()).contains("of the budget was left");
    }

    @Test
    void whatCannotBeDoneEndsWithASentenceAndAnExitCode() throws Exception {
        assertThat(headroom.run("train", "--mdoel", "minilm").exitCode()).isEqualTo(2);
        refused("There is no model 'minilmm'", "plan", "--model", "minilmm", "--data", "reviews");
        refused("no setting 'rnak'", "plan", "--model", "minilm", "--data", "reviews", "--method", "lora", "--set", "rnak=4");
        refused("neither a file nor a known dataset", "train", "--model", "minilm", "--data", folder.resolve("none.csv").toString());
        refused("There is no run 0009", "show", "0009");
        Files.writeString(folder.resolve("one.csv"), "remark,verdict\nonly one,good\nanother,good\n,good\n");
        // the rows that cannot be used are named where they are the reason
        assertThat(refused("one label only (good)", "train", "--model", "minilm", "--data", folder.resolve("one.csv").toString(), "--text", "remark",
                "--label", "verdict").err()).contains("row 4, remark: the text is empty. Fill in the text or remove the row.");
    }

    private Headroom.Done refused(String why, String... arguments) throws Exception {
        final Headroom.Done done = headroom.run(arguments);
        assertThat(done.exitCode()).as(done.err()).isEqualTo(1);
        assertThat(done.out()).isEmpty();
        assertThat(done.err()).contains("error: ").contains(why).contains("do:    ").doesNotContain("Exception", "\tat ");
        return done;
    }
}
