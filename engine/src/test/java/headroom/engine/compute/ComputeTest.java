package headroom.engine.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.memory.BudgetExceededException;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComputeTest {
    private final Ledger ledger = new Ledger();

    private static ByteBuffer floats(float... values) {
        ByteBuffer b = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            b.putFloat(v);
        }
        return b.flip();
    }

    @Test
    void whatIsUploadedIsReadBack() {
        try (TorchCompute c = TorchCompute.cpu(ledger);
                Tensor t = c.upload(Category.DATA, "t", DType.F32, Shape.of(2, 3), () -> floats(1, 2, 3, 4, 5, 6));
                Tensor row = t.rows(1, 2);
                Tensor flat = t.view(6)) {
            assertThat(c.floats(t)).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(c.floats(row)).containsExactly(4, 5, 6);
            assertThat(c.floats(flat)).hasSize(6);
            assertThat(ledger.total(Category.DATA)).isEqualTo(24);
            c.overwrite(t, () -> floats(6, 5, 4, 3, 2, 1));
            assertThat(c.floats(flat)).containsExactly(6, 5, 4, 3, 2, 1);
        }
        assertThat(ledger.total()).isZero();
        assertThat(ledger.openAccounts()).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F8_E4M3", "F8_E5M2"}, mode = EnumSource.Mode.EXCLUDE)
    void zerosOfEveryTypeAreBookedAtTheirSize(DType dtype) {
        try (TorchCompute c = TorchCompute.cpu(ledger); Tensor t = c.zeros(Category.WEIGHTS, "w", dtype, Shape.of(3, 5))) {
            assertThat(ledger.total(Category.WEIGHTS)).isEqualTo(15L * dtype.bytes());
            assertThat(c.download(t).remaining()).isEqualTo(15 * dtype.bytes());
        }
    }

    @Test
    void aViewKeepsItsBaseBooked() {
        try (DryCompute c = new DryCompute(ledger)) {
            Tensor t = c.zeros(Category.WEIGHTS, "w", DType.BF16, Shape.of(4, 4));
            Tensor v = t.rows(0, 2);
            t.close();
            assertThat(ledger.total()).isEqualTo(32);
            v.close();
            assertThat(ledger.total()).isZero();
        }
    }

    @Test
    void aBookingBeyondTheBudgetNamesWhatAskedAndWhatHolds() {
        ledger.setBudget(100);
        try (DryCompute c = new DryCompute(ledger); Tensor t = c.zeros(Category.WEIGHTS, "block.0", DType.F32, Shape.of(20))) {
            assertThatThrownBy(() -> c.zeros(Category.GRADIENTS, "block.1", DType.F32, Shape.of(6)))
                    .isInstanceOfSatisfying(BudgetExceededException.class, e -> {
                        assertThat(e.details().requestedBytes()).isEqualTo(24);
                        assertThat(e.details().heldBytes()).isEqualTo(80);
                        assertThat(e.details().largest()).singleElement().satisfies(a -> assertThat(a.owner()).isEqualTo("block.0"));
                    });
            assertThat(ledger.total()).isEqualTo(t.bytes());
        }
    }

    @Test
    void keysAreReproducibleAndDifferByEveryPart() {
        long k = Keys.key(7, "dropout", "block.0", 3);
        assertThat(k).isEqualTo(Keys.key(7, "dropout", "block.0", 3)).isNotNegative();
        assertThat(new long[] {Keys.key(8, "dropout", "block.0", 3), Keys.key(7, "noise", "block.0", 3), Keys.key(7, "dropout", "block.1", 3), Keys.key(7, "dropout", "block.0", 4)})
                .doesNotContain(k).doesNotHaveDuplicates();
        assertThat(Keys.permutation(k, 100)).doesNotHaveDuplicates().contains(99).startsWith(Keys.permutation(k, 100)[0]);
    }
}
