package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.GradientChoice.SplitEstimate.Feed;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A split step: exact above, estimated below, nothing kept below. */
class SplitEstimateTest {
    private static Recipe recipe(GradientChoice g) {
        return Recipe.defaults().with(new DataChoice(16, 1, 32)).with(g)
                .with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(0.1, 0, OptimizerChoice.Schedule.Shape.CONSTANT)));
    }

    private static GradientChoice split(int block, double rate, Feed feed) {
        return new GradientChoice.SplitEstimate(block, 1e-3, rate, feed);
    }

    /** Every parameter after one step, and the most activations that were kept for the embeddings and the first {@code below} blocks. */
    private record After(Map<String, float[]> parameters, long keptBelow) {}

    private static After step(TinyTask t, Recipe recipe, int below) {
        Ledger ledger = new Ledger();
        long[] kept = new long[1];
        Map<String, float[]> out = new LinkedHashMap<>();
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly a = new Assembly(c, recipe, t.maker(), t.task(), 11, 4)) {
            List<String> low = a.model().blocks().subList(0, below);
            ledger.watch((l, account, opened) -> kept[0] = Math.max(kept[0], l.accounts().stream().filter(x -> x.category() == Category.ACTIVATIONS)
                    .filter(x -> x.owner().startsWith("embeddings") || low.stream().anyMatch(b -> x.owner().startsWith(b + "."))).mapToLong(Account::bytes).sum()));
            List<DeviceBatch> batch = BatchUpload.of(c, t.batches(16, 32, 11).next(), 1, a.objective().perToken());
            a.step(0, batch);
            batch.forEach(DeviceBatch::close);
            a.parameters().forEach(p -> out.put(p.path(), c.floats(p.data())));
        }
        return new After(out, kept[0]);
    }

    private static boolean isBelow(String path, int block) {
        return path.startsWith("embeddings.") || java.util.stream.IntStream.range(0, block).anyMatch(i -> path.matches("(encoder|decoder)\\." + i + "\\..*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "decoder"})
    void fedByACleanPassItStepsWhatIsAboveAsBackpropDoesAndKeepsNothingBelow(String model) {
        TinyTask t = model.equals("encoder") ? TinyTask.encoder() : TinyTask.decoder();
        After start = step(t, recipe(split(2, 0, Feed.CLEAN)).with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(0, 0, OptimizerChoice.Schedule.Shape.CONSTANT))), 2);
        After exact = step(t, recipe(new GradientChoice.Backprop()), 2);
        After split = step(t, recipe(split(2, 0, Feed.CLEAN)), 2);
        assertThat(split.keptBelow()).isZero();
        assertThat(exact.keptBelow()).isPositive();
        long above = 0;
        for (String path : exact.parameters().keySet()) {
            boolean below = isBelow(path, 2);
            assertThat(split.parameters().get(path)).as(path).containsExactly((below ? start : exact).parameters().get(path));
            above += below ? 0 : 1;
        }
        assertThat(above).isBetween(1L, exact.parameters().size() - 1L);
    }

    @Test
    void bothPerturbedPassesTogetherFeedAlmostTheExactGradient() {
        TinyTask t = TinyTask.decoder();
        After start = step(t, recipe(split(1, 0, Feed.CLEAN)).with(OptimizerChoice.of(new OptimizerChoice.Sgd(0), new OptimizerChoice.Schedule(0, 0, OptimizerChoice.Schedule.Shape.CONSTANT))), 1);
        After clean = step(t, recipe(split(1, 0, Feed.CLEAN)), 1);
        After both = step(t, recipe(split(1, 0, Feed.BOTH)), 1);
        double difference = 0;
        double moved = 0;
        for (String path : clean.parameters().keySet()) {
            float[] x = clean.parameters().get(path);
            for (int i = 0; i < x.length; i++) {
                difference += Math.pow(x[i] - both.parameters().get(path)[i], 2);
                moved += Math.pow(x[i] - start.parameters().get(path)[i], 2);
            }
        }
        assertThat(difference).isLessThan(1e-4 * moved);
        assertThat(both.keptBelow()).isZero();
    }

    @Test
    void whatIsBelowMoves() {
        TinyTask t = TinyTask.decoder();
        After still = step(t, recipe(split(1, 0, Feed.CLEAN)), 1);
        After moving = step(t, recipe(split(1, 0.01, Feed.CLEAN)), 1);
        moving.parameters().forEach((path, w) -> assertThat(w).as(path).satisfies(x -> {
            if (isBelow(path, 1)) {
                assertThat(x).isNotEqualTo(still.parameters().get(path));
            } else {
                assertThat(x).containsExactly(still.parameters().get(path));
            }
        }));
    }

    /** A prompt stands before the first block, so nothing of it is exact: alone it moves as an estimate for everything moves it. */
    @Test
    void aPromptIsEstimatedAndNothingIsKeptForIt() {
        TinyTask t = TinyTask.decoder();
        AdapterChoice prompt = new AdapterChoice.PromptTokens(3, AdapterChoice.FrontStart.NORMAL, List.of());
        String path = "embeddings.tokens.prompt";
        for (Feed feed : Feed.values()) {
            After split = step(t, recipe(split(2, 1, feed)).with(prompt), 2);
            After estimate = step(t, recipe(new GradientChoice.TwoPointEstimate(1e-3, 1, false)).with(new ActivationsChoice.ForwardOnly()).with(prompt), 3);
            assertThat(split.parameters().get(path)).as("%s", feed).containsExactly(estimate.parameters().get(path));
            assertThat(split.keptBelow()).isZero();
        }
    }

    @Test
    void besideAPromptTheHeadOfAClassifierIsExact() {
        TinyTask t = TinyTask.encoder();
        AdapterChoice prompt = new AdapterChoice.PromptTokens(3, AdapterChoice.FrontStart.NORMAL, List.of());
        After exact = step(t, recipe(new GradientChoice.Backprop()).with(prompt), 2);
        After split = step(t, recipe(split(2, 1, Feed.CLEAN)).with(prompt), 2);
        assertThat(exact.keptBelow()).isPositive();
        assertThat(split.keptBelow()).isZero();
        List<String> heads = exact.parameters().keySet().stream().filter(path -> !path.startsWith("e")).toList();
        assertThat(heads).isNotEmpty();
        heads.forEach(path -> assertThat(split.parameters().get(path)).as(path).containsExactly(exact.parameters().get(path)));
        assertThat(split.parameters().get("embeddings.tokens.prompt")).isNotEqualTo(exact.parameters().get("embeddings.tokens.prompt"));
    }

    @Test
    void rowsOfAPrefixAreExactAboveAndEstimatedBelow() {
        TinyTask t = TinyTask.decoder();
        AdapterChoice prefix = new AdapterChoice.PrefixKv(3, 0, 0, AdapterChoice.FrontStart.NORMAL, List.of(), false);
        After exact = step(t, recipe(new GradientChoice.Backprop()).with(prefix), 1);
        After split = step(t, recipe(split(1, 1, Feed.CLEAN)).with(prefix), 1);
        List<String> rows = exact.parameters().keySet().stream().filter(path -> path.contains(".prefix_")).toList();
        assertThat(rows).hasSize(6);
        assertThat(split.keptBelow()).isZero();
        rows.forEach(path -> {
            if (isBelow(path, 1)) {
                assertThat(split.parameters().get(path)).as(path).isNotEqualTo(exact.parameters().get(path));
            } else {
                assertThat(split.parameters().get(path)).as(path).containsExactly(exact.parameters().get(path));
            }
        });
    }

    @Test
    void itSaysWhatItCannotStandBeside() {
        TinyTask t = TinyTask.decoder();
        assertThatThrownBy(() -> step(t, recipe(split(0, 1, Feed.CLEAN)), 0)).hasMessageContaining("a block from 1 to 3");
        assertThatThrownBy(() -> step(t, recipe(split(1, 1, Feed.CLEAN)).with(new ActivationsChoice.ForwardOnly()), 0)).hasMessageContaining("ForwardOnly");
        AdapterChoice made = new AdapterChoice.PrefixKv(3, 8, 0, AdapterChoice.FrontStart.NORMAL, List.of(), false);
        assertThatThrownBy(() -> step(t, recipe(split(1, 1, Feed.CLEAN)).with(made), 0)).hasMessageContaining("SplitEstimate").hasMessageContaining("a table (hidden 0)");
    }
}
