package headroom.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.Keys;
import headroom.engine.memory.Ledger;
import headroom.engine.method.Method;
import headroom.engine.method.Settings;
import headroom.engine.plan.claims.ClaimsFile;
import headroom.engine.recipe.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every entry of the catalogue must hold, on an encoder and a decoder. An entry that can be found is tried here; there is nothing to add. What is said of its export
 * is held by {@link ExportConformanceTest}.
 */
class ConformanceTest {
    private static final int STEPS = 14;

    /** An estimate along one random direction needs many steps to be told from noise. */
    private static final int STEPS_OF_AN_ESTIMATE = 240;

    /** The usual run of each trial, trained once for all that is asked of it. */
    private static final Map<String, Run> USUAL_RUNS = new HashMap<>();

    @TempDir
    Path folder;

    static Stream<Trial> trials() {
        return Trial.all();
    }

    static Stream<Method> entries() {
        return Trial.entries().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void theLossFallsOnItsSampleTask(Trial trial) throws Exception {
        learns(trial, Trial.USUAL);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void theLedgersPeakIsThatOfTheDryRunToTheByteAtThreeShapes(Trial trial) throws Exception {
        Run run = usual(trial);
        assertPlanned(trial, Trial.USUAL, run, STEPS);
        for (Trial.Extent extent : List.of(new Trial.Extent(5, 1, 48, "bf16"), new Trial.Extent(3, 2, 16, "f32"))) {
            Trial.Extent allowed = allowed(trial, extent);
            Run few = Run.of(trial.task(), trial.recipe(allowed), new Run.Way(STEPS, 3, null, null));
            assertPlanned(trial, allowed, few, STEPS);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void nothingIsLeftInTheLedgerAtTheEnd(Trial trial) throws Exception {
        assertThat(usual(trial).left()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void stateSavedAtAnyStepAndRestoredGivesTheLossesOfAnUninterruptedRun(Trial trial) throws Exception {
        resumes(trial, Trial.USUAL, usual(trial));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void frozenParametersAreBitIdenticalAfterTrainingAndTheOthersHaveMoved(Trial trial) throws Exception {
        Run run = usual(trial);
        assertThat(run.after().keySet()).isEqualTo(run.before().keySet());
        TreeSet<String> moved = new TreeSet<>();
        run.before().forEach((path, sum) -> {
            if (!run.after().get(path).equals(sum)) {
                moved.add(path);
            }
        });
        assertThat(run.trained()).as("what moved must have trained").containsAll(moved);
        assertThat(moved).as("what moved").isNotEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void theNumberOfTrainableParametersIsThatOfItsClosedForm(Trial trial) throws Exception {
        long closed = trial.method().trainedOn(trial.task().config(), trial.settings(Trial.USUAL));
        assertThat(usual(trial).counts()).hasSize(STEPS).containsOnly(closed);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    void itsRecipeIsReadBackFromJsonAsItWas(Method method) {
        for (Map<String, String> settings : List.of(Map.<String, String>of(), method.trial())) {
            Recipe recipe = method.recipeFor(Settings.of(method, settings));
            assertThat(Recipe.fromJson(recipe.toJson())).isEqualTo(recipe);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    void itsLearnPageBeginsWithItsName(Method method) throws IOException {
        String path = "/headroom/learn/" + method.id() + ".md";
        try (InputStream page = ConformanceTest.class.getResourceAsStream(path)) {
            assertThat(page).as(path).isNotNull();
            assertThat(new String(page.readAllBytes(), StandardCharsets.UTF_8).lines().findFirst()).hasValue("# " + method.name());
        }
    }

    /** Whether they hold is tried where they are checked; many entries have none. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    void itsClaimsCanBeRead(Method method) {
        ClaimsFile.of(method.id()).ifPresent(file -> assertThat(file.claims()).isNotEmpty());
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("trials")
    void inBf16ItLearnsAndResumesAlike(Trial trial) throws Exception {
        Trial.Extent bf16 = allowed(trial, new Trial.Extent(16, 1, 32, "bf16"));
        learns(trial, bf16);
        resumes(trial, bf16, Run.of(trial.task(), trial.recipe(bf16), Run.Way.whole(STEPS)));
    }

    /** Where a choice of the entry excludes accumulation or bf16, the shape is tried without. */
    private static Trial.Extent allowed(Trial trial, Trial.Extent wanted) {
        return Stream.of(wanted, new Trial.Extent(wanted.batch(), 1, wanted.length(), wanted.compute()), new Trial.Extent(wanted.batch(), 1, wanted.length(), "f32"))
                .filter(trial::allows).findFirst().orElseThrow();
    }

    private static Run usual(Trial trial) throws IOException, InterruptedException {
        Run known = USUAL_RUNS.get(trial.toString());
        if (known == null) {
            known = Run.of(trial.task(), trial.recipe(Trial.USUAL), Run.Way.whole(STEPS));
            USUAL_RUNS.put(trial.toString(), known);
        }
        return known;
    }

    private static void assertPlanned(Trial trial, Trial.Extent extent, Run run, int steps) {
        Ledger.Peak planned = run.planned(trial.task(), trial.recipe(extent), steps);
        assertThat(run.peak().byCategory()).as("%s by category at %s", trial, extent).isEqualTo(planned.byCategory());
        assertThat(run.peak().bytes()).as("%s at %s", trial, extent).isEqualTo(planned.bytes());
    }

    private static void learns(Trial trial, Trial.Extent extent) throws IOException, InterruptedException {
        boolean exact = trial.method().exact();
        List<Double> losses = exact && extent.equals(Trial.USUAL) ? usual(trial).losses()
                : Run.of(trial.task(), trial.recipe(extent), Run.Way.whole(exact ? STEPS : STEPS_OF_AN_ESTIMATE)).losses();
        int window = losses.size() / 5;
        assertThat(mean(losses.subList(losses.size() - window, losses.size()))).isLessThan(mean(losses.subList(0, window)));
    }

    private static double mean(List<Double> losses) {
        return losses.stream().mapToDouble(loss -> loss).average().orElseThrow();
    }

    private void resumes(Trial trial, Trial.Extent extent, Run whole) throws IOException, InterruptedException {
        // any step will do, as long as it is another one for another entry
        int at = 1 + (int) Keys.below(Keys.key(Run.SEED, "interrupted", trial.toString(), 0), 0, STEPS - 1);
        Recipe recipe = trial.recipe(extent);
        Run first = Run.of(trial.task(), recipe, new Run.Way(STEPS, at, folder, null));
        assertThat(first.losses()).hasSize(at);
        Run second = Run.of(trial.task(), recipe, new Run.Way(STEPS, Integer.MAX_VALUE, folder, first.checkpoints().getLast()));
        List<Double> joined = new ArrayList<>(first.losses());
        joined.addAll(second.losses());
        assertThat(joined).as("interrupted after step %d", at).isEqualTo(whole.losses());
        assertThat(second.evaluations().get((long) STEPS)).isEqualTo(whole.evaluations().get((long) STEPS));
        assertThat(second.after()).as("weights after the resumed run").isEqualTo(whole.after());
    }
}
