package headroom.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Language-model batches: the documents, each as the tokenizer begins it and closed by the end token, are joined to one stream and cut into blocks of T; the label of a position is
 * the token after it. Blocks do not overlap, so an epoch sees every token once; the last block of the stream is padded and its padding does not count in the loss.
 */
public final class TokenBlocks implements BatchSource {
    private final int[] train;
    private final int[] heldOut;
    private final int batch;
    private final int length;
    private final int pad;
    private final TokenLengths lengths;
    private final int blocks;
    private final Epochs epochs;

    /**
     * @param batch blocks per step
     * @param length T, tokens per block
     * @param seed of the run
     */
    public TokenBlocks(Dataset data, Tokenizer tokenizer, int batch, int length, long seed) {
        this(data, tokenizer, batch, length, BatchOrder.SHUFFLED, seed);
    }

    /** @param how the order of an epoch; all blocks have one length */
    public TokenBlocks(Dataset data, Tokenizer tokenizer, int batch, int length, BatchOrder how, long seed) {
        if (batch < 1 || length < 2) {
            throw new IllegalArgumentException("batch " + batch + ", length " + length + ": at least one row and two tokens are needed");
        }
        this.batch = batch;
        this.length = length;
        this.pad = tokenizer.pad().orElse(0);
        int[] counted = new int[data.train().size()];
        this.train = stream(data.train(), tokenizer, counted);
        this.heldOut = stream(data.heldOut(), tokenizer, new int[data.heldOut().size()]);
        if (train.length < 2) {
            throw new IllegalArgumentException("dataset " + data.id() + " has " + train.length + " tokens to train on, at least two are needed");
        }
        // a long document runs on into the next block: nothing is cut
        this.lengths = TokenLengths.of(counted, data.train().stream().mapToLong(Example::row).toArray(), Integer.MAX_VALUE);
        this.blocks = blocks(train);
        this.epochs = new Epochs("blocks", "blocks: dataset or length have changed", how == BatchOrder.FILE ? how : BatchOrder.SHUFFLED, new int[blocks], batch, seed);
    }

    private static int[] stream(List<Example> documents, Tokenizer tokenizer, int[] lengths) {
        int[] tokens = new int[1024];
        int n = 0;
        for (int d = 0; d < documents.size(); d++) {
            int[] ids = document(documents.get(d).text(), tokenizer);
            lengths[d] = ids.length;
            if (n + ids.length > tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(n + ids.length, tokens.length * 2));
            }
            System.arraycopy(ids, 0, tokens, n, ids.length);
            n += ids.length;
        }
        return Arrays.copyOf(tokens, n);
    }

    /** One document as the model is taught it: begin token, text, end token, where the tokenizer has them. */
    public static int[] document(String text, Tokenizer tokenizer) {
        int[] plain = tokenizer.encodePlain(text);
        int first = tokenizer.bos().isPresent() ? 1 : 0;
        int last = tokenizer.eos().isPresent() ? 1 : 0;
        int[] ids = new int[first + plain.length + last];
        System.arraycopy(plain, 0, ids, first, plain.length);
        tokenizer.bos().ifPresent(bos -> ids[0] = bos);
        tokenizer.eos().ifPresent(eos -> ids[ids.length - 1] = eos);
        return ids;
    }

    @Override
    public Batch next() {
        return collate(train, epochs.next());
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
        int count = blocks(heldOut);
        for (int from = 0; from < count; from += batch) {
            int first = from;
            int[] numbers = new int[Math.min(batch, count - from)];
            Arrays.setAll(numbers, i -> first + i);
            batches.add(collate(heldOut, numbers));
        }
        return batches;
    }

    @Override
    public Batch.Shape worst() {
        return new Batch.Shape(Math.min(batch, blocks), length);
    }

    @Override
    public TokenLengths lengths() {
        return lengths;
    }

    /** Tokens of the training stream. */
    public long tokens() {
        return train.length;
    }

    private int blocks(int[] stream) {
        return stream.length < 2 ? 0 : Math.ceilDiv(stream.length - 1, length);
    }

    private Batch collate(int[] stream, int[] numbers) {
        int b = numbers.length;
        int[] ids = new int[b * length];
        int[] labels = new int[b * length];
        int[] mask = new int[b * length];
        int[] used = new int[b];
        for (int i = 0; i < b; i++) {
            int from = numbers[i] * length;
            used[i] = Math.min(length, stream.length - 1 - from);
            for (int j = 0; j < length; j++) {
                boolean inside = j < used[i];
                ids[i * length + j] = inside ? stream[from + j] : pad;
                labels[i * length + j] = inside ? stream[from + j + 1] : pad;
                mask[i * length + j] = inside ? 1 : 0;
            }
        }
        return new Batch(b, length, ids, used, new int[b * length], labels, mask, Arrays.stream(numbers).asLongStream().toArray());
    }
}
