package headroom.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Classification batches: each is padded to its own longest row, rounded up to a multiple of eight so that few shapes occur, and cut at the run's longest length.
 */
public final class PaddedBatches implements BatchSource {
    private static final int MULTIPLE = 8;

    private final List<Row> train;
    private final List<Row> heldOut;
    private final int batch;
    private final int longest;
    private final int pad;
    private final TokenLengths lengths;
    private final Epochs epochs;

    private record Row(long id, int[] ids, int[] segments, int label) {}

    /**
     * @param batch rows per step
     * @param longest most tokens per row
     * @param seed of the run
     */
    public PaddedBatches(Dataset data, Tokenizer tokenizer, int batch, int longest, long seed) {
        this(data, tokenizer, batch, longest, BatchOrder.SHUFFLED, seed);
    }

    /** @param how the order of an epoch */
    public PaddedBatches(Dataset data, Tokenizer tokenizer, int batch, int longest, BatchOrder how, long seed) {
        if (data.kind() != DatasetKind.CLASSIFICATION) {
            throw new IllegalArgumentException("dataset " + data.id() + " has no labels: it trains a language model, not a classifier");
        }
        if (batch < 1 || longest < MULTIPLE) {
            throw new IllegalArgumentException("batch " + batch + ", length " + longest + ": at least one row and " + MULTIPLE + " tokens are needed");
        }
        if (data.train().isEmpty()) {
            throw new IllegalArgumentException("dataset " + data.id() + " has no rows to train on");
        }
        this.batch = batch;
        this.longest = longest;
        this.pad = tokenizer.pad().orElse(0);
        List<Integer> counted = new ArrayList<>();
        this.train = rows(data.train(), tokenizer, longest, counted);
        this.heldOut = rows(data.heldOut(), tokenizer, longest, new ArrayList<>());
        this.lengths = TokenLengths.of(counted.stream().mapToInt(i -> i).toArray(), data.train().stream().mapToLong(Example::row).toArray(), longest);
        this.epochs = new Epochs("examples", "training rows: the dataset has changed", how, train.stream().mapToInt(row -> row.ids.length).toArray(), batch, seed);
    }

    private static List<Row> rows(List<Example> examples, Tokenizer tokenizer, int longest, List<Integer> lengths) {
        List<Row> rows = new ArrayList<>(examples.size());
        for (Example example : examples) {
            Encoding whole = encode(example, tokenizer);
            lengths.add(whole.length());
            Encoding used = whole.cut(longest);
            rows.add(new Row(example.row(), used.ids(), used.segments(), example.label()));
        }
        return rows;
    }

    /** How an example is shown to a model that reads one text or a pair. */
    public static Encoding encode(Example example, Tokenizer tokenizer) {
        List<String> texts = example.texts();
        return switch (texts.size()) {
            case 1 -> tokenizer.encode(texts.getFirst());
            case 2 -> tokenizer.encodePair(texts.get(0), texts.get(1));
            default -> tokenizer.encodePair(texts.getFirst(), String.join(" ", texts.subList(1, texts.size())));
        };
    }

    @Override
    public Batch next() {
        return collate(Arrays.stream(epochs.next()).mapToObj(train::get).toList());
    }

    @Override
    public Cursor cursor() {
        return epochs.cursor();
    }

    @Override
    public void seek(Cursor to) {
        epochs.seek(to);
    }

    @Override
    public void seekBatch(long number) {
        epochs.seekBatch(number);
    }

    @Override
    public int batchesPerEpoch() {
        return epochs.batches();
    }

    @Override
    public List<Batch> heldOut() {
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < heldOut.size(); from += batch) {
            batches.add(collate(heldOut.subList(from, Math.min(from + batch, heldOut.size()))));
        }
        return batches;
    }

    @Override
    public Batch.Shape worst() {
        return new Batch.Shape(Math.min(batch, train.size()), padded(train.stream().mapToInt(row -> row.ids.length).max().orElse(0)));
    }

    @Override
    public TokenLengths lengths() {
        return lengths;
    }

    private int padded(int length) {
        return Math.min(longest, Math.ceilDiv(Math.max(1, length), MULTIPLE) * MULTIPLE);
    }

    private Batch collate(List<Row> rows) {
        int b = rows.size();
        int t = padded(rows.stream().mapToInt(row -> row.ids.length).max().orElse(0));
        int[] ids = new int[b * t];
        Arrays.fill(ids, pad);
        int[] segments = new int[b * t];
        for (int i = 0; i < b; i++) {
            Row row = rows.get(i);
            System.arraycopy(row.ids, 0, ids, i * t, row.ids.length);
            System.arraycopy(row.segments, 0, segments, i * t, row.segments.length);
        }
        int[] ones = new int[b];
        Arrays.fill(ones, 1);
        return new Batch(b, t, ids, rows.stream().mapToInt(row -> row.ids.length).toArray(), segments, rows.stream().mapToInt(Row::label).toArray(), ones,
                rows.stream().mapToLong(Row::id).toArray());
    }
}
