package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BatchesTest {

    private static Dataset classes(int rows) {
        List<Example> train = IntStream.range(0, rows).mapToObj(i -> new Example(i + 2, List.of("x".repeat(1 + i)), i % 2)).toList();
        return new Dataset("d", "d", DatasetKind.CLASSIFICATION, List.of("a", "b"), train, List.of(new Example(99, List.of("held"), 1)), Path.of("d"), DatasetCard.NONE);
    }

    private static Dataset texts(String... documents) {
        List<Example> train = IntStream.range(0, documents.length).mapToObj(i -> new Example(i + 1, List.of(documents[i]), Example.NO_LABEL)).toList();
        return new Dataset("t", "t", DatasetKind.LANGUAGE_MODELLING, List.of(), train, train, Path.of("t"), DatasetCard.NONE);
    }

    private static List<Batch> take(BatchSource source, int n) {
        List<Batch> taken = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            taken.add(source.next());
        }
        return taken;
    }

    private static String print(Batch b) {
        return Arrays.toString(b.examples()) + Arrays.toString(b.ids()) + Arrays.toString(b.labels());
    }

    @Test
    void anEpochSeesEveryRowOnceAndTheNextInAnotherOrder() {
        PaddedBatches source = new PaddedBatches(classes(21), new Letters(), 4, 64, 7);
        assertThat(source.batchesPerEpoch()).isEqualTo(6);
        long[] first = take(source, 6).stream().flatMapToLong(b -> LongStream.of(b.examples())).toArray();
        long[] second = take(source, 6).stream().flatMapToLong(b -> LongStream.of(b.examples())).toArray();
        assertThat(LongStream.of(first).sorted().toArray()).containsExactly(LongStream.rangeClosed(2, 22).toArray());
        assertThat(LongStream.of(second).sorted().toArray()).containsExactly(LongStream.rangeClosed(2, 22).toArray());
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void aSavedCursorContinuesWithTheBatchesOfAnUninterruptedRun() {
        for (Dataset data : List.of(classes(21), texts("some words", "more words to read", "and the end of it"))) {
            BatchSource whole = data.batches(new Letters(), 2, 8, 3);
            List<String> expected = take(whole, 40).stream().map(BatchesTest::print).toList();
            BatchSource before = data.batches(new Letters(), 2, 8, 3);
            for (int cut = 0; cut < 30; cut++) {
                BatchSource after = data.batches(new Letters(), 2, 8, 3);
                after.seek(before.cursor());
                assertThat(take(after, 5).stream().map(BatchesTest::print).toList()).isEqualTo(expected.subList(cut, cut + 5));
                before.next();
            }
        }
    }

    @Test
    void rowsArePaddedToAMultipleOfEightAndCutAtTheLimit() {
        PaddedBatches source = new PaddedBatches(classes(30), new Letters(), 30, 20, 1);
        Batch batch = source.next();
        assertThat(batch.shape()).isEqualTo(new Batch.Shape(30, 20)).isEqualTo(source.worst());
        assertThat(source.lengths().cutRows()).isEqualTo(12);
        assertThat(source.lengths().longest()).isEqualTo(32);
        assertThat(source.lengths().longestRow()).isEqualTo(31);
        assertThat(Arrays.stream(source.lengths().bins()).sum()).isEqualTo(30);
        for (int r = 0; r < 30; r++) {
            assertThat(batch.ids()[r * 20 + batch.lengths()[r] - 1]).isEqualTo(2);
        }
        Batch held = source.heldOut().getFirst();
        assertThat(held.shape()).isEqualTo(new Batch.Shape(1, 8));
        assertThat(held.ids()).containsExactly(1, 'h', 'e', 'l', 'd', 2, 0, 0);
        assertThat(held.labels()).containsExactly(1);
    }

    @Test
    void theLabelOfAPositionIsTheNextTokenAndPaddingDoesNotCount() {
        Batch batch = new TokenBlocks(texts("abc", "de"), new Letters(), 8, 4, 0).heldOut().getFirst();
        // stream: 1 a b c 2 1 d e 2
        assertThat(batch.ids()).containsExactly(1, 'a', 'b', 'c', 2, 1, 'd', 'e');
        assertThat(batch.labels()).containsExactly('a', 'b', 'c', 2, 1, 'd', 'e', 2);
        assertThat(batch.targets()).isEqualTo(8);
        Batch odd = new TokenBlocks(texts("abcd", "de"), new Letters(), 8, 4, 0).heldOut().getFirst();
        assertThat(odd.shape()).isEqualTo(new Batch.Shape(3, 4));
        assertThat(odd.lengths()).containsExactly(4, 4, 1);
        assertThat(odd.targets()).isEqualTo(9);
    }

    @Test
    void microBatchesTogetherAreTheBatch() {
        Batch batch = new PaddedBatches(classes(10), new Letters(), 10, 32, 1).next();
        List<Batch> parts = batch.split(3);
        assertThat(parts).extracting(Batch::rows).containsExactly(4, 4, 2);
        assertThat(parts.stream().flatMapToInt(p -> Arrays.stream(p.ids())).toArray()).containsExactly(batch.ids());
        assertThat(parts.stream().flatMapToInt(p -> Arrays.stream(p.labels())).toArray()).containsExactly(batch.labels());
        assertThat(parts.stream().mapToLong(Batch::targets).sum()).isEqualTo(batch.targets());
    }

    @Test
    void aCursorOfAnotherDatasetIsRefused() {
        PaddedBatches source = new PaddedBatches(classes(5), new Letters(), 2, 16, 1);
        assertThatThrownBy(() -> source.seek(new Cursor(0, 5))).hasMessageContaining("dataset has changed");
        assertThatThrownBy(() -> new PaddedBatches(texts("a"), new Letters(), 2, 16, 1)).hasMessageContaining("no labels");
    }
}
