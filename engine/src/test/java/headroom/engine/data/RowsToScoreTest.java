package headroom.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.data.RowsToScore.View;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RowsToScoreTest {
    private static Dataset texts(List<List<String>> rows) {
        List<Example> examples = new ArrayList<>();
        rows.forEach(r -> examples.add(new Example(10 + examples.size(), r, Example.NO_LABEL)));
        return new Dataset("pairs", "Pairs", DatasetKind.LANGUAGE_MODELLING, List.of(), examples, examples.subList(0, 1), Path.of("pairs.csv"), DatasetCard.NONE);
    }

    private static RowsToScore rows(Dataset data, int batch, int longest, View... views) {
        return new RowsToScore(data, new Letters(), batch, longest, List.of(views));
    }

    /** Targets of a row, with the token before each. */
    private static List<String> targets(Batch b, int row) {
        return IntStream.range(row * b.length(), (row + 1) * b.length()).filter(i -> b.lossMask()[i] == 1).mapToObj(i -> b.ids()[i] + ">" + b.labels()[i]).toList();
    }

    @Test
    void theAnswersTokensAreTargetsWithAndWithoutTheQuestion() {
        Dataset data = texts(List.of(List.of("ab", "xyz")));
        RowsToScore r = rows(data, 4, 32, View.ANSWER_AFTER_QUESTION, View.ANSWER_ALONE);
        // Letters begins with 1; a line break stands between question and answer
        assertThat(targets(r.batches(View.ANSWER_AFTER_QUESTION).getFirst(), 0)).containsExactly("10>120", "120>121", "121>122");
        assertThat(targets(r.batches(View.ANSWER_ALONE).getFirst(), 0)).containsExactly("1>120", "120>121", "121>122");
    }

    @Test
    void anAnswerThatIsCutBehindItsQuestionIsCutAloneToo() {
        Dataset data = texts(List.of(List.of("abcdef", "uvwxyzuvwxyz")));
        RowsToScore r = rows(data, 4, 12, View.ANSWER_AFTER_QUESTION, View.ANSWER_ALONE);
        // 8 tokens of begin, question and line break; the last of 13 is a target only
        assertThat(targets(r.batches(View.ANSWER_AFTER_QUESTION).getFirst(), 0)).hasSize(5);
        assertThat(targets(r.batches(View.ANSWER_ALONE).getFirst(), 0)).hasSize(5);
    }

    @Test
    void everyRowComesOnceInRowsOfAboutOneLength() {
        Dataset data = texts(IntStream.range(0, 11).mapToObj(i -> List.of("a".repeat(1 + (i * 7) % 20))).toList());
        RowsToScore r = rows(data, 4, 16, View.WHOLE, View.TOPIC);
        assertThat(r.count()).isEqualTo(11);
        assertThat(r.batches(View.WHOLE)).extracting(Batch::rows).containsExactly(4, 4, 3);
        assertThat(r.batches(View.WHOLE).stream().flatMapToLong(b -> LongStream.of(b.examples())).toArray()).containsExactlyInAnyOrder(LongStream.range(0, 11).toArray());
        assertThat(r.batches(View.WHOLE)).extracting(Batch::length).containsExactly(8, 16, 16);
        assertThat(r.batches(View.TOPIC)).allMatch(b -> b.targets() == 0);
        assertThat(r.shapes()).containsExactlyInAnyOrder(new Batch.Shape(4, 8), new Batch.Shape(4, 16), new Batch.Shape(3, 16));
    }

    @Test
    void everyTokenOfATextButTheFirstIsATarget() {
        Dataset data = texts(List.of(List.of("abc")));
        assertThat(targets(rows(data, 1, 32, View.WHOLE).batches(View.WHOLE).getFirst(), 0)).containsExactly("1>97", "97>98", "98>99", "99>2");
    }

    @Test
    void rowsWithoutQuestionAndAnswerAreRefusedByName() {
        assertThatThrownBy(() -> rows(texts(List.of(List.of("a", "b"), List.of("c"))), 4, 32, View.ANSWER_ALONE)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 11 of dataset pairs is one text").hasMessageContaining("name two text columns");
        Dataset labelled = new Dataset("marks", "Marks", DatasetKind.CLASSIFICATION, List.of("a", "b"), List.of(new Example(2, List.of("x", "y"), 0)), List.of(), Path.of("marks.csv"), DatasetCard.NONE);
        assertThatThrownBy(() -> rows(labelled, 4, 32, View.ANSWER_ALONE)).hasMessageContaining("have labels; use loss or entropy");
        assertThat(rows(labelled, 4, 32, View.WHOLE).batches(View.WHOLE).getFirst().labels()).containsExactly(0);
    }
}
