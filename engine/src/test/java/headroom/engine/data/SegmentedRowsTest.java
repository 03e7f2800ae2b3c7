package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SegmentedRowsTest {
    private static Dataset labelled(int rows) {
        List<Example> train = IntStream.range(0, rows).mapToObj(i -> new Example(i + 1, List.of("abcdefghijklmnopqrstuvwxyz".substring(0, 1 + i * 7 % 20)), i % 2)).toList();
        return new Dataset("d", "D", DatasetKind.CLASSIFICATION, List.of("a", "b"), train, train.subList(0, 5), Path.of("d.csv"), DatasetCard.NONE);
    }

    private static Dataset texts(String... texts) {
        List<Example> train = IntStream.range(0, texts.length).mapToObj(i -> new Example(i + 1, List.of(texts[i]), Example.NO_LABEL)).toList();
        return new Dataset("t", "T", DatasetKind.LANGUAGE_MODELLING, List.of(), train, train, Path.of("t.txt"), DatasetCard.NONE);
    }

    private static List<Batch> epoch(BatchSource source) {
        List<Batch> out = new ArrayList<>();
        for (int i = 0; i < source.batchesPerEpoch(); i++) {
            out.add(source.next());
        }
        return out;
    }

    @Test
    void everyLabelledTextComesOnceAndWhole() {
        Dataset data = labelled(40);
        SegmentedRows source = new SegmentedRows(data, new Letters(), 4, 48, BatchOrder.SHUFFLED, 3);
        Map<Long, int[]> seen = new HashMap<>();
        for (Batch b : epoch(source)) {
            assertThat(b.shape().slots()).isEqualTo(source.worst().slots());
            int slots = b.packing().slots();
            for (int row = 0; row < b.rows(); row++) {
                for (int k = 0; k < slots; k++) {
                    int text = k;
                    int at = row;
                    int[] ids = IntStream.range(row * b.length(), (row + 1) * b.length()).filter(i -> b.packing().texts()[i] == text).map(i -> b.ids()[i]).toArray();
                    int[] positions = IntStream.range(at * b.length(), (at + 1) * b.length()).filter(i -> b.packing().texts()[i] == text).map(i -> b.packing().positions()[i]).toArray();
                    int unit = row * slots + k;
                    assertThat(b.lossMask()[unit]).isEqualTo(ids.length == 0 ? 0 : 1);
                    if (ids.length > 0) {
                        assertThat(positions).containsExactly(IntStream.range(0, ids.length).toArray());
                        assertThat(seen.put(b.examples()[unit], ids)).isNull();
                        assertThat(b.labels()[unit]).isEqualTo((int) (b.examples()[unit] - 1) % 2);
                    }
                }
            }
        }
        assertThat(seen).hasSize(40);
        data.train().forEach(e -> assertThat(seen.get(e.row())).containsExactly(PaddedBatches.encode(e, new Letters()).ids()));
    }

    @Test
    void rowsAreNearlyFull() {
        SegmentedRows source = new SegmentedRows(labelled(200), new Letters(), 4, 48, BatchOrder.SHUFFLED, 3);
        long tokens = 0;
        long cells = 0;
        for (Batch b : epoch(source)) {
            tokens += b.tokens();
            cells += (long) b.rows() * b.length();
        }
        assertThat(tokens).isGreaterThan(cells * 9 / 10);
    }

    @Test
    void everyNextTokenOfATextIsATargetOnce() {
        // Letters closes a text with an end token
        SegmentedRows source = new SegmentedRows(texts("abcdefghijklmnopqrst", "uv", "wxyz"), new Letters(), 8, 8, BatchOrder.FILE, 0);
        Map<String, Integer> pairs = new HashMap<>();
        int targets = 0;
        for (Batch b : epoch(source)) {
            for (int i = 0; i < b.ids().length; i++) {
                if (b.lossMask()[i] == 1) {
                    pairs.merge(b.ids()[i] + ">" + b.labels()[i], 1, Integer::sum);
                    targets++;
                }
            }
        }
        Map<String, Integer> expected = new HashMap<>();
        for (String text : List.of("abcdefghijklmnopqrst", "uv", "wxyz")) {
            int[] ids = TokenBlocks.document(text, new Letters());
            for (int i = 0; i + 1 < ids.length; i++) {
                expected.merge(ids[i] + ">" + ids[i + 1], 1, Integer::sum);
            }
        }
        assertThat(pairs).isEqualTo(expected);
        assertThat(targets).isEqualTo(expected.values().stream().mapToInt(i -> i).sum());
    }

    @Test
    void aSavedPlaceGoesOnWithTheSameBatches() {
        SegmentedRows whole = new SegmentedRows(labelled(60), new Letters(), 3, 24, BatchOrder.SHUFFLED, 9);
        SegmentedRows second = new SegmentedRows(labelled(60), new Letters(), 3, 24, BatchOrder.SHUFFLED, 9);
        for (int i = 0; i < whole.batchesPerEpoch() + 2; i++) {
            whole.next();
        }
        second.seek(whole.cursor());
        assertThat(second.next().ids()).containsExactly(whole.next().ids());
        assertThatThrownBy(() -> second.seek(new Cursor(0, 999))).hasMessageContaining("packed rows");
    }

    @Test
    void aMicroBatchKeepsItsTexts() {
        Batch b = new SegmentedRows(labelled(60), new Letters(), 4, 24, BatchOrder.SHUFFLED, 9).next();
        Batch half = b.split(2).getLast();
        assertThat(half.shape()).isEqualTo(new Batch.Shape(2, b.length(), b.packing().slots()));
        assertThat(half.packing().texts()).containsExactly(Arrays.copyOfRange(b.packing().texts(), 2 * b.length(), 4 * b.length()));
        assertThat(half.targets() + b.split(2).getFirst().targets()).isEqualTo(b.targets());
    }

    @Test
    void rowsOfOneLengthTogetherLeaveLittlePadding() {
        Dataset data = labelled(203);
        int[] cells = new int[2];
        for (BatchOrder order : new BatchOrder[] {BatchOrder.SHUFFLED, BatchOrder.LENGTH}) {
            PaddedBatches source = new PaddedBatches(data, new Letters(), 4, 64, order, 5);
            List<Long> seen = new ArrayList<>();
            for (Batch b : epoch(source)) {
                cells[order.ordinal()] += b.rows() * b.length();
                Arrays.stream(b.examples()).forEach(seen::add);
            }
            assertThat(seen).hasSize(203).doesNotHaveDuplicates();
        }
        assertThat(cells[1]).isLessThan(cells[0] * 4 / 5);
        PaddedBatches file = new PaddedBatches(data, new Letters(), 4, 64, BatchOrder.FILE, 5);
        assertThat(file.next().examples()).containsExactly(1, 2, 3, 4);
    }
}
