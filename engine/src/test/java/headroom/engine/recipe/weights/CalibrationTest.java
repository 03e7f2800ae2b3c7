package headroom.engine.recipe.weights;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.compute.DType;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Batch;
import headroom.engine.data.Letters;
import headroom.engine.data.RowsToScore;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.recipe.weights.Calibration.Judged;
import headroom.engine.recipe.weights.Calibration.Way;
import headroom.engine.train.TinyTask;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model whose matrices are replaced one after another by integers that its inputs chose. */
class CalibrationTest {
    private static List<Batch> rows(TinyTask t) {
        return new RowsToScore(t.data(), new Letters(), 8, 24, List.of(RowsToScore.View.TOPIC)).batches(RowsToScore.View.TOPIC).subList(0, 6);
    }

    @ParameterizedTest
    @CsvSource({"decoder,2,false", "decoder,3,true", "encoder,4,false"})
    void theSweepSpoilsOutputsLeastAndEachFitIsBestOnItsOwnMeasure(String model, int bits, boolean symmetric) {
        TinyTask t = model.equals("decoder") ? TinyTask.decoder() : TinyTask.encoder();
        Ledger ledger = new Ledger();
        List<Judged> judged;
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            judged = Calibration.of(c, t.maker(), new WeightsChoice.IntegerCodes(bits, 16, symmetric, WeightsChoice.ScaleType.F32, false, 0), DType.F32, 1, rows(t));
        }
        assertThat(ledger.openAccounts()).isZero();
        assertThat(judged).hasSize(4 * t.config().layers() * (model.equals("decoder") ? 7 : 6));
        Map<Way, Double> sums = new EnumMap<>(Way.class);
        for (int i = 0; i < judged.size(); i += 4) {
            StoreReport whole = judged.get(i).report();
            assertThat(judged.get(i + 1).report().relativeError()).as(whole.path()).isLessThanOrEqualTo(whole.relativeError() + 1e-7);
            assertThat(judged.get(i + 2).report().quarticError()).as(whole.path()).isLessThanOrEqualTo(whole.quarticError() + 1e-7);
            assertThat(judged.get(i + 3).report().outputError()).as(whole.path()).isLessThan(whole.outputError());
            assertThat(judged.get(i + 3).report().bytes()).isEqualTo(whole.bytes());
            judged.subList(i, i + 4).forEach(j -> sums.merge(j.way(), j.report().outputError(), Double::sum));
        }
        assertThat(sums.get(Way.SWEEP)).isLessThan(0.8 * sums.get(Way.MINMAX));
    }

    /** Plain matrices go as their codes come, so that at no time more than one exists in both forms. */
    @org.junit.jupiter.api.Test
    void theWeightsNeverGrow() {
        TinyTask t = TinyTask.decoder();
        Ledger ledger = new Ledger();
        long[] most = new long[1];
        long[] plain = new long[1];
        long[] least = {Long.MAX_VALUE};
        ledger.watch((book, account, opened) -> {
            long weights = book.total(Category.WEIGHTS);
            most[0] = Math.max(most[0], weights);
            if (book.op().equals("calibrate") && plain[0] == 0) {
                plain[0] = weights;
            }
            if (book.op().equals("replace")) {
                least[0] = Math.min(least[0], weights);
            }
        });
        try (TorchCompute c = TorchCompute.cpu(ledger)) {
            Calibration.of(c, t.maker(), new WeightsChoice.IntegerCodes(2, 16, true, WeightsChoice.ScaleType.F32, false, 0), DType.F32, 1, rows(t));
        }
        long largest = 64 * 32 * 4;
        assertThat(most[0]).isBetween(plain[0], plain[0] + largest);
        assertThat(least[0]).isLessThan(plain[0] / 2);
    }
}
