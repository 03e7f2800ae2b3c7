package headroom.engine.recipe;

import headroom.engine.data.RowsToScore.View;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which rows of the data are trained on: each is scored by the base model before the first step, and some are picked by their scores. Nothing is trained meanwhile, and what was
 * picked is recorded with the run.
 *
 * @param score what a row is judged by
 * @param pick how rows are picked
 * @param share of the rows that is kept, in (0, 1]
 * @param clusters of {@link Pick#CLUSTERS}, otherwise without meaning
 * @param highest true keeps the rows with the highest scores, false those with the lowest
 */
public record SubsetSelection(Score score, Pick pick, double share, int clusters, boolean highest) {
    /** What a row is judged by; each is the larger the harder the row is. */
    public enum Score {
        /** Mean cross-entropy of the targets of a row. */
        LOSS(List.of(View.WHOLE)),
        /** Its exponential. */
        PERPLEXITY(List.of(View.WHOLE)),
        /** Instruction-following difficulty: perplexity of the answer after its question by that of the answer alone. At 1 and more the question does not help; such rows are left out. */
        IFD(List.of(View.ANSWER_AFTER_QUESTION, View.ANSWER_ALONE)),
        /** Mean entropy of the distributions that the model gives at the places with a target: how undecided it is, whatever the target. */
        ENTROPY(List.of(View.WHOLE));

        private final List<View> views;

        Score(List<View> views) {
            this.views = views;
        }

        /** What of a row is read for it, each in one pass. */
        public List<View> views() {
            return views;
        }
    }

    /** How rows are picked. */
    public enum Pick {
        /** The extreme scores of all rows. */
        TOP,
        /** The extreme scores of each cluster of like rows, in the same share, so that no topic is lost. */
        CLUSTERS,
        /** Rows that stand for all others, each of which counts by its score. */
        FACILITY_LOCATION;

        /** True if it wants to know which rows are alike. */
        public boolean embeds() {
            return this != TOP;
        }
    }

    /** The rows with the highest scores. */
    public static SubsetSelection top(Score score, double share) {
        return new SubsetSelection(score, Pick.TOP, share, 10, true);
    }

    public SubsetSelection by(Pick p) {
        return new SubsetSelection(score, p, share, clusters, highest);
    }

    public SubsetSelection clusters(int k) {
        return new SubsetSelection(score, pick, share, k, highest);
    }

    public SubsetSelection lowest() {
        return new SubsetSelection(score, pick, share, clusters, false);
    }

    /** So many of n, rounded down, so that a share is never passed. */
    public int among(int n) {
        return (int) Math.floor(share * n + 1e-9);
    }

    /** Views that are read of each row, in order. */
    public List<View> views() {
        return pick.embeds() ? Stream.concat(score.views.stream(), Stream.of(View.TOPIC)).toList() : score.views;
    }

    void check(List<String> clashes) {
        if (score == null || pick == null || !(share > 0 && share <= 1) || clusters < 1) {
            clashes.add("data SubsetSelection of a share of " + share + " by " + score + " and " + pick + " in " + clusters
                    + " clusters; give a score, a pick, a share above 0 and at most 1, and at least 1 cluster");
        }
    }
}
