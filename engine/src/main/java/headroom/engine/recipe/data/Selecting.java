package headroom.engine.recipe.data;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Keys;
import headroom.engine.data.Batch;
import headroom.engine.data.FacilityLocation;
import headroom.engine.data.KMeans;
import headroom.engine.data.RowsToScore;
import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.SubsetSelection.Pick;
import headroom.engine.recipe.SubsetSelection.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Scores the rows of a dataset with the base model and picks some: what a run does before its first step when its data slot asks for it. The base model stands alone then, as
 * the run stores it, without adapter, tape or optimizer state; vectors of all rows, where they are wanted, are kept on the host.
 */
public final class Selecting {
    private Selecting() {}

    /**
     * What was picked.
     *
     * @param places of the picked rows in the training rows, rising
     * @param scores of all training rows
     * @param left rows that no share was taken of, because their questions do not help
     */
    public record Picked(int[] places, double[] scores, int left) {
        public double lowest() {
            return Arrays.stream(scores).min().orElseThrow();
        }

        public double highest() {
            return Arrays.stream(scores).max().orElseThrow();
        }

        /** Lowest and highest score of what was picked. */
        public double[] range() {
            double[] kept = Arrays.stream(places).mapToDouble(i -> scores[i]).sorted().toArray();
            return new double[] {kept[0], kept[kept.length - 1]};
        }
    }

    /** The recipe of the base model alone, stored as the run stores it. */
    public static Recipe base(Recipe r) {
        return Recipe.defaults().with(r.compute()).with(r.weights()).with(new SelectorChoice.AdapterOnly()).with(new DataChoice(r.data().batch(), 1, r.data().length()));
    }

    /**
     * Scores and picks.
     *
     * @param base the base model alone
     * @param stop asked between batches
     * @return empty if it was stopped
     * @throws IllegalArgumentException if no row is left to train on
     */
    public static Optional<Picked> of(Assembly base, SubsetSelection choice, RowsToScore rows, long seed, BooleanSupplier stop) {
        Compute c = base.compute();
        int count = rows.count();
        List<double[]> views = new ArrayList<>();
        Account host = keep(c, choice, count, base.model().config().embedding());
        try {
            for (RowsToScore.View view : choice.score().views()) {
                double[] means = new double[count];
                for (Batch b : rows.batches(view)) {
                    if (stop.getAsBoolean()) {
                        return Optional.empty();
                    }
                    double[] some = score(base, choice, BatchUpload.of(c, b, 1, base.objective().perToken()));
                    for (int i = 0; i < some.length; i++) {
                        means[(int) b.examples()[i]] = some[i];
                    }
                }
                views.add(means);
            }
            double[] scores = scores(choice.score(), views);
            float[][] topics = null;
            if (choice.pick().embeds()) {
                topics = new float[count][];
                for (Batch b : rows.batches(RowsToScore.View.TOPIC)) {
                    if (stop.getAsBoolean()) {
                        return Optional.empty();
                    }
                    float[][] some = embed(base, BatchUpload.of(c, b, 1, base.objective().perToken()));
                    for (int i = 0; i < some.length; i++) {
                        topics[(int) b.examples()[i]] = some[i];
                    }
                }
            }
            return Optional.of(pick(choice, scores, topics, seed));
        } finally {
            c.ledger().close(host);
        }
    }

    /** The bookings of one batch of each kind of pass, on a dry machine. */
    public static void rehearse(Assembly base, SubsetSelection choice, Batch.Shape shape, int count) {
        Compute c = base.compute();
        Account host = keep(c, choice, count, base.model().config().embedding());
        score(base, choice, BatchUpload.shaped(c, shape, 1, base.objective().perToken()));
        if (choice.pick().embeds()) {
            embed(base, BatchUpload.shaped(c, shape, 1, base.objective().perToken()));
        }
        c.ledger().close(host);
    }

    private static Account keep(Compute c, SubsetSelection choice, int count, long d) {
        long bytes = (long) count * Double.BYTES * choice.score().views().size() + (choice.pick().embeds() ? count * d * Float.BYTES : 0);
        return c.ledger().open(Category.DATA, Tier.HOST, "selection", "scores and vectors of rows", bytes);
    }

    private static double[] score(Assembly base, SubsetSelection choice, List<DeviceBatch> batch) {
        try (DeviceBatch one = batch.getFirst()) {
            return new ExampleScores(base.compute(), base.objective(), choice.score()).of(one);
        }
    }

    private static float[][] embed(Assembly base, List<DeviceBatch> batch) {
        try (DeviceBatch one = batch.getFirst()) {
            return new Embedder(base.compute(), base.model()).of(one);
        }
    }

    /** Scores of rows from the means of each view; 0 where a row has no target, or its score is no number. */
    static double[] scores(Score score, List<double[]> views) {
        double[] out = new double[views.getFirst().length];
        for (int i = 0; i < out.length; i++) {
            double s = switch (score) {
                case LOSS, ENTROPY -> views.getFirst()[i];
                case PERPLEXITY -> Math.exp(views.getFirst()[i]);
                case IFD -> Math.exp(views.get(0)[i] - views.get(1)[i]);
            };
            out[i] = Double.isFinite(s) ? s : 0;
        }
        return out;
    }

    /**
     * Picks by scores.
     *
     * @param topics [n, d] of length 1, or null where the pick does not want them
     */
    static Picked pick(SubsetSelection choice, double[] scores, float[][] topics, long seed) {
        int[] all = IntStream.range(0, scores.length).toArray();
        int[] open = choice.score() == Score.IFD ? Arrays.stream(all).filter(i -> scores[i] < 1).toArray() : all;
        int[] places = switch (choice.pick()) {
            case TOP -> extreme(choice, scores, open);
            case CLUSTERS -> {
                int[] labels = KMeans.of(topics, choice.clusters(), Keys.key(seed, "selection", "clusters", 0)).labels();
                yield IntStream.range(0, choice.clusters()).mapToObj(k -> extreme(choice, scores, Arrays.stream(open).filter(i -> labels[i] == k).toArray()))
                        .flatMapToInt(Arrays::stream).toArray();
            }
            case FACILITY_LOCATION -> {
                double lowest = Arrays.stream(open).mapToDouble(i -> scores[i]).min().orElse(0);
                double highest = Arrays.stream(open).mapToDouble(i -> scores[i]).max().orElse(0);
                // a row counts by its score, or where low ones are wanted by its mirror image in the same range
                double[] weights = Arrays.stream(open).mapToDouble(i -> choice.highest() ? scores[i] : lowest + highest - scores[i]).toArray();
                float[][] some = Arrays.stream(open).mapToObj(i -> topics[i]).toArray(float[][]::new);
                yield Arrays.stream(new FacilityLocation(some, weights).greedy(choice.among(open.length))).map(i -> open[i]).toArray();
            }
        };
        if (places.length == 0) {
            throw new IllegalArgumentException("the selection keeps no row: of " + scores.length + " rows " + (scores.length - open.length)
                    + " are left out because their questions do not help the model, and a share of " + choice.share() + " of the rest" + (choice.pick() == Pick.CLUSTERS ? " in each cluster" : "")
                    + " is less than one; raise the share" + (choice.score() == Score.IFD ? ", or choose another score" : ", or take fewer clusters"));
        }
        Arrays.sort(places);
        return new Picked(places, scores, scores.length - open.length);
    }

    /** The share of some rows with the most extreme scores; among equal scores the first rows. */
    private static int[] extreme(SubsetSelection choice, double[] scores, int[] among) {
        Comparator<Integer> byScore = Comparator.comparingDouble(i -> scores[i]);
        return Arrays.stream(among).boxed().sorted(choice.highest() ? byScore.reversed() : byScore).limit(choice.among(among.length)).mapToInt(i -> i).toArray();
    }
}
