package headroom.engine.compute.kernel;

import java.util.List;
import java.util.Map;

/** Arguments for the kernels of thin factors: subspaces, pairs, scaled rows and columns. */
final class FactorSamples {
    private FactorSamples() {}

    static void into(Map<String, Samples.Maker> m) {
        lowRank(m);
        scaling(m);
        factors(m);
    }

    private static void lowRank(Map<String, Samples.Maker> m) {
        m.put("lora_into", s -> s.args(s.real(7, 3), s.real(7, 5), s.real(2, 5), s.real(3, 2), 1.5));
        m.put("lora_sides", s -> s.args(s.real(7, 3), s.real(7, 5), s.real(2, 5), s.real(3, 2), 1.5));
        m.put("svd_basis", s -> s.args(s.real(7, 5), 3L, true));
        m.put("project_left", s -> s.args(s.wide(7, 3), s.real(7, 5)));
        m.put("project_right", s -> s.args(s.real(7, 5), s.wide(5, 3)));
        m.put("unproject_left_into", s -> s.args(s.real(7, 5), s.wide(7, 3), s.wide(3, 5), -0.5));
        m.put("unproject_right_into", s -> s.args(s.real(7, 5), s.wide(5, 3), s.wide(7, 3), -0.5));
    }

    private static void scaling(Map<String, Samples.Maker> m) {
        for (String name : List.of("scale_columns", "scale_columns_into")) {
            m.put(name, s -> s.args(s.real(6, 9), s.wide(9)));
        }
        for (String name : List.of("scale_rows", "scale_rows_into")) {
            m.put(name, s -> s.args(s.real(6, 9), s.wide(6)));
        }
        m.put("rescale_columns_into", s -> s.args(s.real(6, 9), s.wide(9), s.real(9)));
        for (String name : List.of("column_dots", "row_dots")) {
            m.put(name, s -> s.args(s.real(6, 9), s.real(6, 9)));
        }
        m.put("column_dots_beyond", s -> s.args(s.real(6, 9), s.real(6, 9), s.real(9)));
        m.put("root", s -> s.args(s.tensor(s.dtype, i -> 0.5 + i / 8.0, 9)));
        m.put("quotient", s -> s.args(s.real(9), s.tensor(s.dtype, i -> 0.5 + i / 8.0, 9)));
    }

    private static void factors(Map<String, Samples.Maker> m) {
        m.put("lora_row_norms", s -> s.args(s.tensor(Tiles.wide(s.dtype), i -> 200 + i, 6), s.real(6, 3), s.real(6, 3), s.real(3, 3), 0.5));
        m.put("svd_pair", s -> s.args(s.real(7, 5), 3L, 0.5));
        m.put("orthogonal_rows", s -> s.args(s.real(3, 5)));
        m.put("orthogonal_columns", s -> s.args(s.real(5, 3)));
        m.put("orthogonal_rows_dx", s -> s.args(s.real(3, 5), 0.5));
        m.put("orthogonal_columns_dx", s -> s.args(s.real(5, 3), 0.5));
        m.put("sensitivity_into", s -> s.args(s.positive(3, 5), s.positive(3, 5), s.real(3, 5), s.real(3, 5), 0.75, 0.5));
        m.put("triplet_scores", s -> s.args(s.positive(3, 5), s.positive(3, 5), s.positive(4, 3), s.positive(4, 3), s.positive(3), s.positive(3)));
    }
}
