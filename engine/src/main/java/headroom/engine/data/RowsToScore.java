package headroom.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The training rows of a dataset as batches for passes that only look at them, each row once. Rows of about one length come together, so that little is padded;
 * {@link Batch#examples()} are their places in {@link Dataset#train()}. Rows that are longer than a batch may be are cut at their end.
 */
public final class RowsToScore {
    private static final int MULTIPLE = 8;

    /** What of a row is read, and which of its tokens have a target. */
    public enum View {
        /** The whole row: its class, or the next token at every place. */
        WHOLE,
        /** Question and answer; the tokens of the answer are targets. */
        ANSWER_AFTER_QUESTION,
        /** The answer without its question; the same tokens are targets. */
        ANSWER_ALONE,
        /** What tells rows apart: the question where there is one, otherwise the whole row. No targets. */
        TOPIC
    }

    private final Dataset data;
    private final Tokenizer tokenizer;
    private final int batch;
    private final int longest;
    private final int pad;
    private final Map<View, List<Batch>> batches = new EnumMap<>(View.class);

    private record Row(int place, int[] ids, int[] segments, int firstTarget, int label) {}

    /**
     * @param tokenizer used here and not later
     * @param batch rows at a time
     * @param longest most tokens of a row
     * @param views that are wanted
     * @throws IllegalArgumentException if there are no rows, or they have no question and answer and a view wants them
     */
    public RowsToScore(Dataset data, Tokenizer tokenizer, int batch, int longest, List<View> views) {
        if (data.train().isEmpty()) {
            throw new IllegalArgumentException("dataset " + data.id() + " has no rows to train on");
        }
        this.data = data;
        this.tokenizer = tokenizer;
        this.batch = batch;
        this.longest = longest;
        this.pad = tokenizer.pad().orElse(0);
        views.forEach(view -> batches.put(view, made(view)));
    }

    /** Training rows. */
    public int count() {
        return data.train().size();
    }

    /** The batches of a view. */
    public List<Batch> batches(View view) {
        return batches.get(view);
    }

    /** Every shape that comes, once. */
    public Set<Batch.Shape> shapes() {
        return batches.values().stream().flatMap(List::stream).map(Batch::shape).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private List<Batch> made(View view) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < data.train().size(); i++) {
            rows.add(row(i, data.train().get(i), view));
        }
        rows.sort(Comparator.comparingInt((Row r) -> r.ids.length).thenComparingInt(Row::place));
        List<Batch> out = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += batch) {
            out.add(collate(rows.subList(from, Math.min(rows.size(), from + batch)), view));
        }
        return out;
    }

    private Row row(int place, Example e, View view) {
        if (data.kind() == DatasetKind.CLASSIFICATION) {
            if (view == View.ANSWER_AFTER_QUESTION || view == View.ANSWER_ALONE) {
                throw new IllegalArgumentException("the score ifd wants a question and its answer, and the rows of dataset " + data.id() + " have labels; use loss or entropy");
            }
            Encoding used = PaddedBatches.encode(e, tokenizer).cut(longest);
            return new Row(place, used.ids(), used.segments(), 0, e.label());
        }
        if (view == View.WHOLE) {
            return text(place, TokenBlocks.document(e.text(), tokenizer), 1);
        }
        if (view == View.TOPIC) {
            return text(place, TokenBlocks.document(e.texts().getFirst(), tokenizer), 1);
        }
        if (e.texts().size() < 2) {
            throw new IllegalArgumentException("the score ifd wants a question and its answer, and row " + e.row() + " of dataset " + data.id() + " is one text; name two text columns, the question first, or use loss or entropy");
        }
        OptionalInt first = tokenizer.bos().isPresent() ? tokenizer.bos() : tokenizer.eos();
        int[] begin = first.isPresent() ? new int[] {first.getAsInt()} : new int[0];
        int[] question = joined(begin, tokenizer.encodePlain(e.texts().getFirst() + "\n"));
        int[] answer = tokenizer.encodePlain(String.join("\n", e.texts().subList(1, e.texts().size())));
        // without a token that begins a text the first token of the answer has nothing before it when it stands alone, and then counts in neither view
        int counted = begin.length == 0 ? 1 : 0;
        // the answer keeps in both views what fits behind its question
        int room = Math.max(0, Math.min(answer.length, longest + 1 - question.length));
        int[] used = Arrays.copyOf(answer, room);
        return view == View.ANSWER_AFTER_QUESTION ? text(place, joined(question, used), question.length + counted) : text(place, joined(begin, used), begin.length + counted);
    }

    /** Tokens as inputs and their successors as targets, from the token at {@code firstTarget} on. */
    private Row text(int place, int[] ids, int firstTarget) {
        int[] used = Arrays.copyOf(ids, Math.min(ids.length, longest + 1));
        return new Row(place, used, new int[used.length], firstTarget, Example.NO_LABEL);
    }

    private static int[] joined(int[] a, int[] b) {
        int[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private Batch collate(List<Row> rows, View view) {
        boolean classes = data.kind() == DatasetKind.CLASSIFICATION;
        int b = rows.size();
        // of a text its last token is a target only
        int[] lengths = rows.stream().mapToInt(r -> Math.max(1, Math.min(longest, classes || view == View.TOPIC ? r.ids.length : r.ids.length - 1))).toArray();
        int t = Math.min(longest, Math.ceilDiv(Arrays.stream(lengths).max().orElse(1), MULTIPLE) * MULTIPLE);
        int[] ids = new int[b * t];
        Arrays.fill(ids, pad);
        int[] segments = new int[b * t];
        int[] labels = new int[classes ? b : b * t];
        int[] mask = new int[labels.length];
        for (int i = 0; i < b; i++) {
            Row r = rows.get(i);
            int from = i * t;
            int n = Math.min(lengths[i], r.ids.length);
            System.arraycopy(r.ids, 0, ids, from, n);
            System.arraycopy(r.segments, 0, segments, from, n);
            if (classes) {
                labels[i] = r.label;
                mask[i] = view == View.TOPIC ? 0 : 1;
            } else {
                for (int target : IntStream.range(r.firstTarget, view == View.TOPIC ? 0 : r.ids.length).toArray()) {
                    labels[from + target - 1] = r.ids[target];
                    mask[from + target - 1] = 1;
                }
            }
        }
        return new Batch(b, t, ids, lengths, segments, labels, mask, rows.stream().mapToLong(Row::place).toArray());
    }
}
