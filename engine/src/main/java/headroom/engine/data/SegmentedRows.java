package headroom.engine.data;

import headroom.engine.compute.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several texts in each row of T tokens, so that little is padding: every token knows its text and its place in it, and attention stays within the text. A text for a class has
 * one label in its slot; a text to be continued has the next token at each place but its last. Texts longer than a row are cut for classes, and go on as a further text
 * otherwise.
 *
 * <p>Texts are put together once, in drawn order, each into the fullest row that still takes it; an epoch draws the order of the rows.
 */
public final class SegmentedRows implements BatchSource {
    private static final int MULTIPLE = 8;

    private final boolean classes;
    private final int batch;
    private final int length;
    private final int slots;
    private final int pad;
    private final List<List<Text>> train;
    private final List<List<Text>> heldOut;
    private final TokenLengths lengths;
    private final Epochs epochs;

    private record Text(long row, int[] ids, int[] segments, int label) {}

    /**
     * @param batch rows per step
     * @param longest most tokens of a row
     * @param how the order of an epoch; rows of texts are about equally long, so LENGTH is SHUFFLED
     * @param seed of the run
     */
    public SegmentedRows(Dataset data, Tokenizer tokenizer, int batch, int longest, BatchOrder how, long seed) {
        if (batch < 1 || longest < MULTIPLE) {
            throw new IllegalArgumentException("batch " + batch + ", length " + longest + ": at least one row and " + MULTIPLE + " tokens are needed");
        }
        if (data.train().isEmpty()) {
            throw new IllegalArgumentException("dataset " + data.id() + " has no rows to train on");
        }
        this.classes = data.kind() == DatasetKind.CLASSIFICATION;
        this.batch = batch;
        this.pad = tokenizer.pad().orElse(0);
        List<Integer> counted = new ArrayList<>();
        List<Text> texts = texts(data.train(), tokenizer, longest, counted);
        List<Text> held = texts(data.heldOut(), tokenizer, longest, new ArrayList<>());
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("dataset " + data.id() + " has no text of two tokens to train on");
        }
        this.lengths = TokenLengths.of(counted.stream().mapToInt(i -> i).toArray(), data.train().stream().mapToLong(Example::row).toArray(), classes ? longest : Integer.MAX_VALUE);
        int[] drawn = how == BatchOrder.FILE ? BatchOrder.FILE.of(new int[texts.size()], batch, 0) : Keys.permutation(Keys.key(seed, "pack", "texts", 0), texts.size());
        this.train = packed(Arrays.stream(drawn).mapToObj(texts::get).toList(), longest);
        this.heldOut = packed(held, longest);
        int used = Math.max(longest(train), longest(heldOut));
        this.length = Math.min(longest, Math.ceilDiv(used, MULTIPLE) * MULTIPLE);
        // next tokens have a target at every place, so the number of texts does not matter there
        this.slots = classes ? Math.max(most(train), most(heldOut)) : length;
        this.epochs = new Epochs("rows", "packed rows: dataset or length have changed", how == BatchOrder.LENGTH ? BatchOrder.SHUFFLED : how, new int[train.size()], batch, seed);
    }

    private List<Text> texts(List<Example> examples, Tokenizer tokenizer, int longest, List<Integer> counted) {
        List<Text> out = new ArrayList<>(examples.size());
        for (Example e : examples) {
            if (classes) {
                Encoding whole = PaddedBatches.encode(e, tokenizer);
                counted.add(whole.length());
                Encoding used = whole.cut(longest);
                out.add(new Text(e.row(), used.ids(), used.segments(), e.label()));
            } else {
                int[] ids = TokenBlocks.document(e.text(), tokenizer);
                counted.add(ids.length);
                // a piece begins with the last token of the one before, so that no next token is left out
                for (int from = 0; from + 1 < ids.length; from += longest - 1) {
                    int[] piece = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + longest));
                    out.add(new Text(e.row(), piece, new int[piece.length], 0));
                }
            }
        }
        return out;
    }

    /** Best fit: each text goes into the row with the least room that takes it. */
    private static List<List<Text>> packed(List<Text> texts, int length) {
        List<List<Text>> rows = new ArrayList<>();
        // rows by the room they have left
        List<List<List<Text>>> open = new ArrayList<>();
        for (int room = 0; room <= length; room++) {
            open.add(new ArrayList<>());
        }
        for (Text t : texts) {
            int room = t.ids.length;
            while (room <= length && open.get(room).isEmpty()) {
                room++;
            }
            List<Text> row;
            if (room <= length) {
                row = open.get(room).removeLast();
            } else {
                row = new ArrayList<>();
                rows.add(row);
                room = length;
            }
            row.add(t);
            open.get(room - t.ids.length).add(row);
        }
        return rows;
    }

    private static int longest(List<List<Text>> rows) {
        return rows.stream().mapToInt(SegmentedRows::tokens).max().orElse(0);
    }

    private static int most(List<List<Text>> rows) {
        return rows.stream().mapToInt(List::size).max().orElse(0);
    }

    private static int tokens(List<Text> row) {
        return row.stream().mapToInt(t -> t.ids.length).sum();
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
        return new Batch.Shape(Math.min(batch, train.size()), length, slots);
    }

    @Override
    public TokenLengths lengths() {
        return lengths;
    }

    private Batch collate(List<List<Text>> rows) {
        int b = rows.size();
        int[] ids = new int[b * length];
        Arrays.fill(ids, pad);
        int[] segments = new int[b * length];
        int[] used = new int[b];
        int[] texts = new int[b * length];
        Arrays.fill(texts, -1);
        int[] positions = new int[b * length];
        int[] labels = new int[classes ? b * slots : b * length];
        int[] mask = new int[labels.length];
        long[] examples = new long[b * slots];
        for (int i = 0; i < b; i++) {
            int at = 0;
            for (int k = 0; k < rows.get(i).size(); k++) {
                Text t = rows.get(i).get(k);
                int n = t.ids.length;
                int from = i * length + at;
                System.arraycopy(t.ids, 0, ids, from, n);
                System.arraycopy(t.segments, 0, segments, from, n);
                Arrays.fill(texts, from, from + n, k);
                for (int j = 0; j < n; j++) {
                    positions[from + j] = j;
                }
                examples[i * slots + k] = t.row;
                if (classes) {
                    labels[i * slots + k] = t.label;
                    mask[i * slots + k] = 1;
                } else {
                    System.arraycopy(t.ids, 1, labels, from, n - 1);
                    Arrays.fill(mask, from, from + n - 1, 1);
                }
                at += n;
            }
            used[i] = at;
        }
        return new Batch(b, length, ids, used, segments, labels, mask, examples, new Packing(slots, texts, positions));
    }
}
