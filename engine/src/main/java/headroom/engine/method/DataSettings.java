package headroom.engine.method;

import headroom.engine.data.BatchOrder;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SubsetSelection;
import java.util.List;
import java.util.Locale;

/** The common settings of the data slot: batch, length, order, packing, and which rows are trained on. Their standards come from the method's recipe. */
final class DataSettings {
    private DataSettings() {}

    static List<Setting> of(Recipe r) {
        DataChoice d = r.data();
        SubsetSelection s = d.select();
        return List.of(Setting.integer("batch", d.batch(), 1, 65536, "rows per micro-batch"),
                Setting.integer("accumulate", d.accumulate(), 1, 4096, "micro-batches per step"),
                Setting.integer("length", d.length(), 1, 1 << 20, "tokens per row at most"),
                Setting.choice("order", d.order().name().toLowerCase(Locale.ROOT), List.of("shuffled", "length", "file"),
                        "order of the rows of an epoch: drawn, drawn with rows of one length together, or as in the file"),
                Setting.flag("pack", d.pack(), "several texts in a row, each with attention and positions of its own"),
                Setting.words("select", SelectWords.of(s), SelectWords.examples(),
                        "rows to train on, chosen by the base model before the first step: none for all, or a score (loss, perplexity, ifd, entropy) and the share that is kept, e.g. ifd:0.4"),
                Setting.choice("select-by", SelectWords.pick(s), SelectWords.PICKS,
                        "with select: the top of all rows, the top of each cluster of like rows, or rows that stand for the others (facility location)"),
                Setting.integer("select-clusters", s == null ? SelectWords.CLUSTERS : s.clusters(), 1, 10_000, "with select-by=clusters: how many"),
                Setting.choice("select-end", SelectWords.ENDS.get(s == null || s.highest() ? 0 : 1), SelectWords.ENDS, "with select: rows with the highest scores are kept, or with the lowest"));
    }

    static DataChoice apply(Settings s, DataChoice d) {
        SubsetSelection given = d.select();
        String text = s.has("select") ? s.text("select") : SelectWords.of(given);
        SubsetSelection select = SelectWords.choice(text, s.has("select-by") ? s.text("select-by") : SelectWords.pick(given),
                s.has("select-clusters") ? s.integer("select-clusters") : given == null ? SelectWords.CLUSTERS : given.clusters(),
                s.has("select-end") ? s.text("select-end") : SelectWords.ENDS.get(given == null || given.highest() ? 0 : 1));
        return new DataChoice(s.has("batch") ? s.integer("batch") : d.batch(), s.has("accumulate") ? s.integer("accumulate") : d.accumulate(),
                s.has("length") ? s.integer("length") : d.length(), s.has("order") ? BatchOrder.valueOf(s.text("order").toUpperCase(Locale.ROOT)) : d.order(),
                s.has("pack") ? s.flag("pack") : d.pack(), select);
    }
}
