package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.memory.Category;
import headroom.engine.method.Methods;
import headroom.engine.recipe.Recipe;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Choices of the activations slot under methods of every kind: exact ones change no loss, all keep to their plan to the byte. */
class ActivationChoicesRunTest {
    private static final int STEPS = 6;

    private static Recipe recipe(String method, String compute, Map<String, String> more) {
        Map<String, String> s = new HashMap<>(Map.of("batch", "16", "length", "32", "compute", compute, "rate", "3e-3"));
        s.putAll(Methods.named(method).trial());
        s.putAll(more);
        return Methods.recipe(method, s);
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({"full,decoder,f32", "full,decoder,bf16", "lora,decoder,f32", "qlora,decoder,bf16", "lisa,decoder,f32", "galore,decoder,f32", "checkpointing,decoder,f32", "mezo,decoder,f32",
            "full,encoder,f32"})
    void aLossInSegmentsIsTheSameLossAndKeepsToItsPlan(String method, String model, String compute) throws Exception {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun whole = TinyRun.of(t, recipe(method, compute, Map.of()), STEPS).asPlanned();
        TinyRun parts = TinyRun.of(t, recipe(method, compute, Map.of("loss", "segments", "loss-rows", model.equals("encoder") ? "3" : "48")), STEPS).asPlanned();
        double tolerance = compute.equals("bf16") ? 0.05 : 1e-3;
        assertThat(parts.losses().getFirst()).isCloseTo(whole.losses().getFirst(), within(compute.equals("bf16") ? 1e-3 : 1e-5));
        for (int i = 0; i < STEPS; i++) {
            assertThat(parts.losses().get(i)).as("step %d", i + 1).isCloseTo(whole.losses().get(i), within(tolerance));
        }
        assertThat(parts.scores().get("loss")).isCloseTo(whole.scores().get("loss"), within(tolerance));
        assertThat(parts.scores().get("accuracy")).isCloseTo(whole.scores().get("accuracy"), within(compute.equals("bf16") ? 0.1 : 0.01));
        // where the logits do not set the peak, they are not missed
        assertThat(parts.measured().bytes()).isLessThanOrEqualTo(whole.measured().bytes());
        if (model.equals("decoder") && method.equals("full")) {
            assertThat(parts.measured().bytes()).isLessThan(whole.measured().bytes());
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({"full,decoder,sqrt", "lora,encoder,sqrt", "lisa,decoder,2", "full,decoder,budget", "qlora,encoder,budget"})
    void checkpointsChangeNoBitAndKeepToTheirPlan(String method, String model, String how) throws Exception {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun kept = TinyRun.of(t, recipe(method, "f32", Map.of("checkpointing", "none")), STEPS).asPlanned();
        Map<String, String> settings = how.equals("budget") ? Map.of("checkpointing", how, "checkpoint-budget", Double.toString(kept.measured().bytes() * 0.95 / (1 << 20)))
                : Map.of("checkpointing", how);
        TinyRun again = TinyRun.of(t, recipe(method, "f32", settings), STEPS).asPlanned();
        assertThat(again.losses()).isEqualTo(kept.losses());
        assertThat(again.scores()).isEqualTo(kept.scores());
        assertThat(again.measured().bytes()).isLessThanOrEqualTo(how.equals("budget") ? (long) (kept.measured().bytes() * 0.95) : kept.measured().bytes());
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} {4}")
    @CsvSource({"full,decoder,f32,none,int8", "full,decoder,f32,none,int4", "full,encoder,f32,none,int2", "full,encoder,bf16,none,fp8-groups", "lora,decoder,f32,1,fp8", "checkpointing,encoder,f32,2,int8",
            "qlora,decoder,bf16,1,int4", "lisa,decoder,f32,none,fp8-e5m2", "full,decoder,f32,none,host", "lora,encoder,bf16,2,host", "full,encoder,f32,none,rows", "lora,decoder,bf16,none,rows", "full,decoder,f32,2,rows"})
    void codedAndOffloadedSavesKeepToTheirPlanAndTheLossFalls(String method, String model, String compute, String checkpoints, String saves) throws Exception {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun whole = TinyRun.of(t, recipe(method, compute, Map.of("checkpointing", checkpoints)), 2 * STEPS);
        TinyRun run = TinyRun.of(t, recipe(method, compute, Map.of("checkpointing", checkpoints, "saves", saves)), 2 * STEPS).asPlanned();
        double first = run.losses().subList(0, 3).stream().mapToDouble(d -> d).sum();
        double last = run.losses().subList(2 * STEPS - 3, 2 * STEPS).stream().mapToDouble(d -> d).sum();
        assertThat(last).isLessThan(first);
        assertThat(run.losses().getFirst()).isEqualTo(whole.losses().getFirst());
        if (saves.equals("host")) {
            assertThat(run.losses()).isEqualTo(whole.losses());
        }
        if (checkpoints.equals("none")) {
            // in the encoder every input of a linear layer follows from what norms, activations and attention keep: nothing is left to sample
            long none = saves.equals("rows") && model.equals("encoder") ? 1 : 0;
            assertThat(run.measured().of(Category.ACTIVATIONS)).isLessThan(whole.measured().of(Category.ACTIVATIONS) + none);
            assertThat(run.measured().bytes()).isLessThan(whole.measured().bytes() + none);
        }
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource({"lora,decoder,3,whole", "full,encoder,1,whole", "full,decoder,2,host", "prefix-tuning,decoder,3,whole", "prompt-tuning,decoder,1,whole", "qlora,encoder,3,whole", "lomo,decoder,3,whole",
            "lisa,decoder,1,whole", "dora,encoder,2,host", "meft,encoder,1,host", "lora,decoder,3,rows"})
    void twoStreamsTakeEveryMethodAndKeepToTheirPlan(String method, String model, String variant, String saves) throws Exception {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun run = TinyRun.of(t, recipe(method, "f32", Map.of("checkpointing", "none", "reversible", variant, "reversible-every", "2", "saves", saves)), 2 * STEPS).asPlanned();
        double first = run.losses().subList(0, 3).stream().mapToDouble(d -> d).sum();
        double last = run.losses().subList(2 * STEPS - 3, 2 * STEPS).stream().mapToDouble(d -> d).sum();
        assertThat(last).isLessThan(first);
        assertThat(run.scores().get("loss")).isFinite();
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} by {4} of {5}, {6}")
    @CsvSource({"lora,decoder,f32,0.5,attention,attention,whole", "full,encoder,bf16,0.5,drawn,layer,whole", "full,decoder,f32,0.25,attention,layer,host", "qlora,decoder,bf16,0.5,attention,attention,whole",
            "lisa,decoder,f32,0.5,drawn,layer,whole", "houlsby,encoder,f32,0.5,attention,layer,int8"})
    void someOfTheTokensKeepToTheirPlanAndTheLossFalls(String method, String model, String compute, String share, String by, String of, String saves) throws Exception {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        TinyRun all = TinyRun.of(t, recipe(method, compute, Map.of("checkpointing", "none", "saves", saves)), 2 * STEPS);
        TinyRun some = TinyRun.of(t, recipe(method, compute, Map.of("checkpointing", "none", "saves", saves, "tokens", share, "tokens-block", "4", "tokens-from", "1", "tokens-by", by, "tokens-of", of)), 2 * STEPS)
                .asPlanned();
        double first = some.losses().subList(0, 3).stream().mapToDouble(d -> d).sum();
        double last = some.losses().subList(2 * STEPS - 3, 2 * STEPS).stream().mapToDouble(d -> d).sum();
        assertThat(last).isLessThan(first);
        if (saves.equals("whole")) {
            assertThat(some.measured().of(Category.ACTIVATIONS)).isLessThan(all.measured().of(Category.ACTIVATIONS));
        }
    }
}
