package headroom.engine.recipe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetCard;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.Example;
import headroom.engine.data.Letters;
import headroom.engine.data.RowsToScore;
import headroom.engine.data.RowsToScore.View;
import headroom.engine.memory.Ledger;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.SubsetSelection.Pick;
import headroom.engine.recipe.SubsetSelection.Score;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.Value;
import headroom.engine.train.TinyTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Scores against what the logits say row by row, and picks against their rules. */
class SelectingTest {
    private static final int ROWS = 6;

    private static Recipe recipe(SubsetSelection s) {
        return Recipe.defaults().with(new DataChoice(ROWS, 1, 24).selecting(s));
    }

    private static Dataset pairs() {
        List<Example> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(new Example(i + 2, List.of("q".repeat(1 + i % 4) + (char) ('a' + i), answer(i)), Example.NO_LABEL));
        }
        return new Dataset("pairs", "Pairs", DatasetKind.LANGUAGE_MODELLING, List.of(), rows, rows.subList(0, 2), Path.of("pairs.csv"), DatasetCard.NONE);
    }

    private static String answer(int i) {
        StringBuilder s = new StringBuilder();
        for (int j = 0; j < 2 + i % 9; j++) {
            s.append((char) ('a' + (5 * i + 3 * j) % 26));
        }
        return s.toString();
    }

    /** Runs on a machine, gives what was picked, and holds the peak against the rehearsal. */
    private static Selecting.Picked picked(TinyTask t, Dataset data, Recipe recipe, BiFunction<Assembly, RowsToScore, double[]> naive) {
        SubsetSelection choice = recipe.data().select();
        RowsToScore rows = new RowsToScore(data, new Letters(), ROWS, 24, choice.views());
        Ledger ledger = new Ledger();
        Selecting.Picked picked;
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly base = new Assembly(c, Selecting.base(recipe), t.maker(), t.task(), 5, 1)) {
            picked = Selecting.of(base, choice, rows, 5, () -> false).orElseThrow();
            long peak = ledger.peak().bytes();
            long[] byCategory = ledger.peak().byCategory();
            if (naive != null) {
                assertThat(picked.scores()).containsExactly(naive.apply(base, rows), within(2e-4));
            }
            assertThat(Selecting.of(base, choice, rows, 5, () -> false).orElseThrow().places()).isEqualTo(picked.places());
            assertThat(Selecting.of(base, choice, rows, 5, () -> true)).isEmpty();
            try (Rehearsal dry = new Rehearsal(Selecting.base(recipe), t.maker(), t.task(), 5, 1)) {
                Ledger.Peak highest = dry.ledger().peak();
                for (Batch.Shape s : rows.shapes()) {
                    Ledger.Peak p = dry.select("select", choice, s, rows.count()).peak();
                    highest = p.bytes() > highest.bytes() ? p : highest;
                }
                assertThat(highest.bytes()).isEqualTo(peak);
                assertThat(highest.byCategory()).isEqualTo(byCategory);
            }
        }
        assertThat(ledger.openAccounts()).isZero();
        return picked;
    }

    /** Mean over a row's targets of a function of its logits and target, from whole logits. */
    private static double[] means(Assembly a, RowsToScore rows, View view, BiFunction<double[], Integer, Double> of) {
        double[] out = new double[rows.count()];
        for (Batch b : rows.batches(view)) {
            try (DeviceBatch d = BatchUpload.of(a.compute(), b, 1, a.objective().perToken()).getFirst()) {
                Value logits = a.logits(d);
                float[] all = a.compute().floats(logits.tensor());
                int v = (int) logits.tensor().dim(1);
                logits.release();
                int wide = b.labels().length / b.rows();
                for (int i = 0; i < b.rows(); i++) {
                    double sum = 0;
                    int n = 0;
                    for (int j = i * wide; j < (i + 1) * wide; j++) {
                        if (b.lossMask()[j] == 1) {
                            int at = j * v;
                            sum += of.apply(logProbabilities(IntStream.range(0, v).mapToDouble(k -> all[at + k]).toArray()), b.labels()[j]);
                            n++;
                        }
                    }
                    out[(int) b.examples()[i]] = sum / n;
                }
            }
        }
        return out;
    }

    private static double[] logProbabilities(double[] logits) {
        double most = Arrays.stream(logits).max().orElseThrow();
        double lse = most + Math.log(Arrays.stream(logits).map(x -> Math.exp(x - most)).sum());
        return Arrays.stream(logits).map(x -> x - lse).toArray();
    }

    private static double entropy(double[] logProbabilities) {
        return -Arrays.stream(logProbabilities).map(l -> Math.exp(l) * l).sum();
    }

    @Test
    void lossAndPerplexityAreThoseOfTheLogits() {
        double[] losses = picked(TinyTask.decoder(), pairs(), recipe(SubsetSelection.top(Score.LOSS, 0.5)), (a, r) -> means(a, r, View.WHOLE, (l, target) -> -l[target])).scores();
        double[] perplexities = picked(TinyTask.decoder(), pairs(), recipe(SubsetSelection.top(Score.PERPLEXITY, 0.5)), null).scores();
        assertThat(perplexities).containsExactly(Arrays.stream(losses).map(Math::exp).toArray(), within(1e-9));
    }

    @Test
    void entropyIsThatOfTheDistributionsWhateverTheTarget() {
        Selecting.Picked p = picked(TinyTask.decoder(), pairs(), recipe(SubsetSelection.top(Score.ENTROPY, 0.5)), (a, r) -> means(a, r, View.WHOLE, (l, target) -> entropy(l)));
        assertThat(p.highest()).isLessThanOrEqualTo(Math.log(128) + 1e-5);
    }

    @Test
    void difficultyIsThePerplexityOfTheAnswerAfterItsQuestionByThatOfTheAnswerAlone() {
        Selecting.Picked p = picked(TinyTask.decoder(), pairs(), recipe(SubsetSelection.top(Score.IFD, 0.5).by(Pick.CLUSTERS).clusters(3)), (a, r) -> {
            double[] after = means(a, r, View.ANSWER_AFTER_QUESTION, (l, target) -> -l[target]);
            double[] alone = means(a, r, View.ANSWER_ALONE, (l, target) -> -l[target]);
            return IntStream.range(0, after.length).mapToDouble(i -> Math.exp(after[i]) / Math.exp(alone[i])).toArray();
        });
        assertThat(Arrays.stream(p.places()).mapToDouble(i -> p.scores()[i])).allMatch(s -> s < 1);
        assertThat(p.left()).isEqualTo((int) Arrays.stream(p.scores()).filter(s -> s >= 1).count());
    }

    @Test
    void labelledRowsAreScoredByTheirLabelsAndPickedByWhatTheyAreAbout() {
        TinyTask t = TinyTask.encoder();
        Selecting.Picked p = picked(t, t.data(), recipe(SubsetSelection.top(Score.LOSS, 0.25).by(Pick.FACILITY_LOCATION)), (a, r) -> means(a, r, View.WHOLE, (l, target) -> -l[target]));
        assertThat(p.places()).hasSize(24).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void codesOfTheBaseScoreAsTheyAreStored() {
        Selecting.Picked p = picked(TinyTask.decoder(), pairs(), recipe(SubsetSelection.top(Score.LOSS, 0.5)).with(WeightsChoice.NormalFloat.nf4(true)), (a, r) -> means(a, r, View.WHOLE, (l, target) -> -l[target]));
        assertThat(p.places()).hasSize(10);
    }

    @Test
    void vectorsOfRowsHaveLengthOne() {
        TinyTask t = TinyTask.encoder();
        RowsToScore rows = new RowsToScore(t.data(), new Letters(), ROWS, 24, List.of(View.TOPIC));
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Assembly base = new Assembly(c, Selecting.base(recipe(null)), t.maker(), t.task(), 5, 1);
                DeviceBatch d = BatchUpload.of(c, rows.batches(View.TOPIC).getFirst(), 1, false).getFirst()) {
            float[][] x = new Embedder(c, base.model()).of(d);
            assertThat(x).hasDimensions(ROWS, 32);
            for (float[] row : x) {
                assertThat(Math.sqrt(IntStream.range(0, 32).mapToDouble(j -> row[j] * row[j]).sum())).isCloseTo(1, within(1e-6));
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    @Test
    void theTopKeepsItsShareOfTheExtremeScores() {
        double[] scores = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
        assertThat(Selecting.pick(SubsetSelection.top(Score.LOSS, 0.35), scores, null, 1).places()).containsExactly(4, 5, 7);
        assertThat(Selecting.pick(SubsetSelection.top(Score.LOSS, 0.35).lowest(), scores, null, 1).places()).containsExactly(1, 3, 6);
        assertThat(Selecting.pick(SubsetSelection.top(Score.LOSS, 0.29), new double[100], null, 1).places()).hasSize(29);
    }

    @Test
    void everyClusterKeepsItsShareOfTheRowsWhoseQuestionsHelp() {
        double[] scores = {0.9, 0.5, 1.2, 0.7, 0.1, 0.2, 0.3, 0.4, 1.0, 0.05};
        float[][] topics = IntStream.range(0, 10).mapToObj(i -> i < 4 ? new float[] {1, 0} : new float[] {0, 1}).toArray(float[][]::new);
        SubsetSelection half = SubsetSelection.top(Score.IFD, 0.5).by(Pick.CLUSTERS).clusters(2);
        // of 0.9, 0.5, 0.7 one; of 0.1, 0.2, 0.3, 0.4, 0.05 two
        Selecting.Picked p = Selecting.pick(half, scores, topics, 1);
        assertThat(p.places()).containsExactly(0, 6, 7);
        assertThat(p.left()).isEqualTo(2);
        assertThat(p.range()).containsExactly(0.3, 0.9);
        SubsetSelection all = new SubsetSelection(Score.IFD, Pick.CLUSTERS, 1, 2, true);
        assertThat(Selecting.pick(all, scores, topics, 1).places()).containsExactly(0, 1, 3, 4, 5, 6, 7, 9);
    }

    @Test
    void rowsThatStandForOthersAreOneOfEachKind() {
        double[] scores = {1, 1, 1, 1, 1, 1};
        float[][] topics = {{1, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1}};
        assertThat(Selecting.pick(SubsetSelection.top(Score.LOSS, 0.5).by(Pick.FACILITY_LOCATION), scores, topics, 1).places()).containsExactly(0, 2, 4);
    }

    @Test
    void aRowWithoutATargetOrWithAnEndlessScoreCountsAsNothing() {
        assertThat(Selecting.scores(Score.IFD, List.of(new double[] {Double.NaN, 800, 1}, new double[] {1, 0, 1}))).containsExactly(0, 0, 1);
    }

    @Test
    void keepingNothingIsToldInASentence() {
        assertThatThrownBy(() -> Selecting.pick(SubsetSelection.top(Score.IFD, 0.4), new double[] {1.5, 2, 1}, null, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of 3 rows 3 are left out").hasMessageContaining("choose another score");
    }
}
