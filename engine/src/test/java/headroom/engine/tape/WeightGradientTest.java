package headroom.engine.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.DryCompute;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.tape.ops.Gradients;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The forms of a weight gradient against vectors that another program computed in float64 ({@code tests/oracles/supports.py}), and their bookings. */
class WeightGradientTest {
    private final Ledger ledger = new Ledger();
    private final List<AutoCloseable> made = new ArrayList<>();
    private TorchCompute torch;
    private JsonNode oracle;

    @BeforeEach
    void open() throws IOException {
        torch = TorchCompute.cpu(ledger);
        try (InputStream in = WeightGradientTest.class.getResourceAsStream("supports.json")) {
            oracle = new ObjectMapper().readTree(in);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable c : made) {
            c.close();
        }
        assertThat(ledger.total()).isZero();
        torch.close();
    }

    @Test
    void everyFormOfALinearGradientIsThatOfTheMatrix() {
        JsonNode o = oracle.get("linear");
        long out = oracle.get("out").asLong();
        WeightGradient g = linear();
        Support columns = new Support.Columns(ids(o.get("columns")));
        Support rows = new Support.RowSet(ids(o.get("rows")));
        Support picks = new Support.PerRow(ids(o.get("picks"), out, 3));
        Support entries = new Support.Entries(ids(o.get("entries")));
        same(g.dense(torch), o.get("g"));
        same(g.at(torch, Support.ALL), o.get("g"));
        same(g.at(torch, columns), o.get("at_columns"));
        same(g.at(torch, rows), o.get("at_rows"));
        same(g.at(torch, new Support.Rows(2, 7)), o.get("at_block"));
        same(g.at(torch, picks), o.get("at_picks"));
        same(g.at(torch, entries), o.get("at_entries"));
        same(g.project(torch, floats(o.get("left"), out, 3), WeightGradient.Side.LEFT), o.get("project_left"));
        same(g.project(torch, floats(o.get("right"), oracle.get("input").asLong(), 2), WeightGradient.Side.RIGHT), o.get("project_right"));
        same(g.squares(torch), o.get("squares"));
        same(g.perExample(torch, oracle.get("batch").asLong()), o.get("per_example"));
        same(g.upstreamSquares(torch), o.get("upstream"));
    }

    @Test
    void aGradientMadeInOnePieceHasTheSameForms() {
        JsonNode o = oracle.get("linear");
        long out = oracle.get("out").asLong();
        long in = oracle.get("input").asLong();
        WeightGradient g = new Gradients.Given(matrix(out, in), floats(o.get("g"), out, in));
        same(g.at(torch, new Support.Columns(ids(o.get("columns")))), o.get("at_columns"));
        same(g.at(torch, new Support.RowSet(ids(o.get("rows")))), o.get("at_rows"));
        same(g.at(torch, new Support.Rows(2, 7)), o.get("at_block"));
        same(g.at(torch, new Support.PerRow(ids(o.get("picks"), out, 3))), o.get("at_picks"));
        same(g.at(torch, new Support.Entries(ids(o.get("entries")))), o.get("at_entries"));
        same(g.project(torch, floats(o.get("left"), out, 3), WeightGradient.Side.LEFT), o.get("project_left"));
        same(g.project(torch, floats(o.get("right"), in, 2), WeightGradient.Side.RIGHT), o.get("project_right"));
        same(g.squares(torch), o.get("squares"));
        assertThatThrownBy(() -> g.perExample(torch, 3)).isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("summed over the examples");
    }

    @Test
    void columnsOfTheInputAloneGiveTheirGradientAndNoOther() {
        JsonNode o = oracle.get("linear");
        Support.Columns columns = new Support.Columns(ids(o.get("columns")));
        Tensor x = floats(oracle.get("x"), oracle.get("batch").asLong() * oracle.get("length").asLong(), oracle.get("input").asLong());
        Tensor part = keep(torch.call(SupportKernels.COLUMNS_OF, x, columns.ids()));
        WeightGradient g = new Gradients.ColumnProduct(matrix(oracle.get("out").asLong(), oracle.get("input").asLong()), dy(), part, columns, 1);
        same(g.at(torch, columns), o.get("at_columns"));
        Tensor sum = keep(g.at(torch, columns));
        g.addAt(torch, columns, sum);
        for (int i = 0; i < sum.elements(); i++) {
            assertThat(torch.floats(sum)[i]).isCloseTo((float) (2 * o.get("at_columns").get(i).asDouble()), within(1e-4f));
        }
        assertThatThrownBy(() -> g.dense(torch)).hasMessageContaining("observe the parameter");
    }

    @Test
    void gradientsOfTablesBiasesAndPositionsAreToldByExample() {
        long b = oracle.get("batch").asLong();
        long t = oracle.get("length").asLong();
        long d = oracle.get("out").asLong();
        Tensor tokens = keep(upload(torch, DType.I64, i -> oracle.get("ids").get(i).asLong(), b * t));
        for (var e : List.of(List.of("table", new Gradients.RowScatter(matrix(oracle.get("vocabulary").asLong(), d), dy(), tokens)),
                List.of("bias", new Gradients.RowSum(matrix(d), dy())), List.of("positions", new Gradients.RowBlock(matrix(t, d), dy(), 0, t)))) {
            JsonNode o = oracle.get((String) e.get(0));
            WeightGradient g = (WeightGradient) e.get(1);
            same(g.dense(torch), o.get("g"));
            same(g.perExample(torch, b), o.get("per_example"));
            same(g.upstreamSquares(torch), oracle.get("linear").get("upstream"));
        }
    }

    @Test
    void magnitudesAreChosenExactlyAndTiesGoToTheLowerPosition() {
        JsonNode o = oracle.get("magnitude");
        Tensor w = floats(oracle.get("w"), oracle.get("out").asLong(), oracle.get("input").asLong());
        long k = o.get("k").asLong();
        Tensor theta = keep(torch.call(SupportKernels.KTH_MAGNITUDE, w, k));
        assertThat(torch.item(theta)).isEqualTo(o.get("kth").get(0).asDouble());
        integers(torch.call(SupportKernels.EXTREME_ENTRIES, w, torch.item(theta), k, false), o.get("small"));
        Tensor high = keep(torch.call(SupportKernels.KTH_MAGNITUDE, w, w.elements() - k + 1));
        integers(torch.call(SupportKernels.EXTREME_ENTRIES, w, torch.item(high), k, true), o.get("large"));
        integers(torch.call(SupportKernels.EXTREME_PICKS, w, 3L, true), o.get("top"));
        integers(torch.call(SupportKernels.EXTREME_PICKS, w, 3L, false), o.get("bottom"));
        assertThat(torch.item(keep(torch.call(SupportKernels.COUNT_SMALL, w, 0.5)))).isEqualTo(o.get("within").asDouble());
        same(torch.call(SupportKernels.COLUMN_SQUARES, w), o.get("columns"));
    }

    /** More rows than a tile has: 1000 · 600 elements, tiles of 873 rows. */
    @Test
    void severalTilesGiveTheElementsOfTheWholeAndTakeNoMoreThanOneAtATime() {
        for (DType type : List.of(DType.F32, DType.BF16)) {
            List<Function<Compute, Support>> supports = List.of(c -> new Support.PerRow(upload(c, DType.I32, i -> i / 3 % 590 + 2 * (i % 3), 1000, 3)),
                    c -> new Support.Entries(upload(c, DType.I32, i -> 6 * i - i % 3, 99_000)));
            for (Function<Compute, Support> maker : supports) {
                long[] peaks = new long[2];
                int machine = 0;
                Ledger dry = new Ledger();
                try (DryCompute d = new DryCompute(dry)) {
                    for (Compute c : List.of(torch, d)) {
                        try (Tensor dy = upload(c, type, i -> Keys.below(1, i, 64) / 64.0 - 0.5, 8, 1000); Tensor x = upload(c, type, i -> Keys.below(2, i, 64) / 64.0 - 0.5, 8, 600);
                                Tensor w = upload(c, type, i -> 0, 1000, 600)) {
                            Support s = maker.apply(c);
                            Tensor ids = s instanceof Support.PerRow p ? p.ids() : ((Support.Entries) s).ids();
                            WeightGradient g = new Gradients.OuterProduct(new Parameter("w", Parameter.Role.MATRIX, w), dy, x, 1);
                            c.ledger().resetPeak();
                            long before = c.ledger().total();
                            try (Tensor part = g.at(c, s)) {
                                peaks[machine] = c.ledger().peak().bytes() - before;
                                assertThat(peaks[machine++]).isLessThan(part.bytes() + 873 * 600 * type.bytes() + 65_536 * 8 * 2 + (4 << 20) * (type == DType.BF16 ? 1 : 0));
                                if (!c.isDry()) {
                                    try (Tensor whole = g.dense(c); Tensor expected = s.read(c, whole)) {
                                        assertThat(c.floats(part)).containsExactly(c.floats(expected), within(type == DType.F32 ? 1e-5f : 0.02f));
                                    }
                                }
                            }
                            ids.close();
                        }
                    }
                }
                assertThat(peaks[0]).isEqualTo(peaks[1]);
                assertThat(dry.total()).isZero();
            }
        }
    }

    @Test
    void writingASupportLeavesEveryOtherElementBitIdentical() {
        long out = oracle.get("out").asLong();
        long in = oracle.get("input").asLong();
        JsonNode o = oracle.get("linear");
        for (Support s : List.of(new Support.Columns(ids(o.get("columns"))), new Support.RowSet(ids(o.get("rows"))), new Support.Rows(2, 7),
                new Support.PerRow(ids(o.get("picks"), out, 3)), new Support.Entries(ids(o.get("entries"))))) {
            Tensor w = floats(oracle.get("w"), out, in);
            Tensor ones = keep(upload(torch, DType.F32, i -> 1, out, in));
            try (Tensor values = s.read(torch, ones)) {
                assertThat(values.shape()).isEqualTo(s.shape(w.shape()));
                assertThat(s.elements(w.shape())).isEqualTo(values.elements());
                s.write(torch, w, values);
                long written = 0;
                float[] now = torch.floats(w);
                for (int i = 0; i < now.length; i++) {
                    boolean was = now[i] == (float) oracle.get("w").get(i).asDouble();
                    assertThat(was || now[i] == 1).isTrue();
                    written += now[i] == 1 ? 1 : 0;
                }
                assertThat(written).isGreaterThanOrEqualTo(values.elements());
                assertThat(torch.floats(keep(s.read(torch, w)))).containsOnly(1f);
            }
        }
    }

    @Test
    void aPredicateHasNoValuesAndSaysWhatWouldWork() {
        assertThatThrownBy(() -> linear().at(torch, new Support.Below(0.5, 3))).hasMessageContaining("choose entries");
    }

    private WeightGradient linear() {
        long n = oracle.get("batch").asLong() * oracle.get("length").asLong();
        long in = oracle.get("input").asLong();
        return new Gradients.OuterProduct(matrix(oracle.get("out").asLong(), in), dy(), floats(oracle.get("x"), n, in), 1);
    }

    private Tensor dy() {
        return floats(oracle.get("dy"), oracle.get("batch").asLong() * oracle.get("length").asLong(), oracle.get("out").asLong());
    }

    private Parameter matrix(long... dims) {
        return new Parameter("w", Parameter.Role.MATRIX, keep(upload(torch, DType.F32, i -> 0, dims)));
    }

    private Tensor floats(JsonNode values, long... dims) {
        return keep(upload(torch, DType.F32, i -> values.get(i).asDouble(), dims));
    }

    private Tensor ids(JsonNode values, long... dims) {
        return keep(upload(torch, DType.I32, i -> values.get(i).asLong(), dims.length == 0 ? new long[] {values.size()} : dims));
    }

    private Tensor keep(Tensor t) {
        made.add(t);
        return t;
    }

    private void same(Tensor found, JsonNode expected) {
        try (found) {
            float[] f = torch.floats(found);
            assertThat(f).hasSize(expected.size());
            for (int i = 0; i < f.length; i++) {
                assertThat((double) f[i]).isCloseTo(expected.get(i).asDouble(), within(1e-5 * Math.max(1, Math.abs(expected.get(i).asDouble()))));
            }
        }
    }

    private void integers(Tensor found, JsonNode expected) {
        try (found) {
            ByteBuffer b = torch.download(found);
            assertThat(found.elements()).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(b.getInt(4 * i)).isEqualTo(expected.get(i).asInt());
            }
        }
    }

    private static Tensor upload(Compute c, DType type, IntToDoubleFunction value, long... dims) {
        Shape shape = Shape.of(dims);
        return c.upload(Category.DATA, "sample", type, shape, () -> {
            ByteBuffer b = ByteBuffer.allocate((int) shape.bytes(type)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < shape.elements(); i++) {
                double v = value.applyAsDouble(i);
                switch (type) {
                    case F32 -> b.putFloat((float) v);
                    case BF16 -> b.putShort((short) (Float.floatToRawIntBits((float) v) >>> 16));
                    case I32 -> b.putInt((int) v);
                    case I64 -> b.putLong((long) v);
                    default -> throw new IllegalArgumentException("no sample of " + type);
                }
            }
            return b.flip();
        });
    }
}
