package headroom.engine.compute.kernel;

import headroom.engine.compute.Tensor;
import java.util.Map;

/** Arguments for the kernels of adapters at points: inserted tokens, keys that a whole batch shares. */
final class PointSamples {
    private PointSamples() {}

    static void into(Map<String, Samples.Maker> m) {
        m.put("insert_rows", s -> s.args(s.real(10, 4), s.real(2, 4), 5L));
        m.put("drop_rows", s -> s.args(s.real(14, 4), 7L, 2L));
        m.put("front_sum", s -> s.args(s.real(14, 4), 7L, 2L));
        m.put("front_zeros", s -> s.args(s.ids(3, 10), 5L, 2L));
        m.put("informativeness", s -> s.args(s.real(14, 24), s.real(14, 12), s.lengths(7, 4), 6L, 3L, 2L));
        m.put("kept_rows", s -> s.args(s.wide(2, 3), s.lengths(7, 4), 7L, 2L, 2L));
        m.put("kept_places", s -> s.args(s.lengths(0, 1, 6, 7, 10, 13), s.lengths(7, 4), 7L));
        m.put("set_rows_into", s -> s.args(s.real(7, 3), s.real(2, 3), s.lengths(1, 6)));
        m.put("clear_rows_into", s -> s.args(s.real(7, 3), s.lengths(1, 6)));
        m.put("first_rows", s -> s.args(3L, 5L));
        m.put("plus", s -> s.args(s.ids(9, 3), 4L));
        m.put("cross_attention", s -> s.args(s.real(10, 24), s.real(3, 12), s.real(3, 12), 6L, 3L));
        m.put("cross_attention_dx", s -> {
            Tensor q = s.real(10, 24);
            Tensor k = s.real(3, 12);
            Tensor v = s.real(3, 12);
            Tensor[] y = s.keep(s.compute.run(CrossAttentionKernels.CROSS_ATTENTION, q, k, v, 6L, 3L));
            Tensor lse = s.keep(s.compute.call(CoreKernels.COPY, s.keep(y[1].view(1, 6, 10))[0]))[0];
            return s.args(s.real(10, 24), q, k, v, y[0], lse, 6L, 3L);
        });
        m.put("query_attention", s -> s.args(s.real(4, 24), s.real(10, 12), s.real(10, 12), s.lengths(5, 3), 6L, 3L));
        m.put("query_attention_dx", s -> s.args(s.real(4, 24), s.real(4, 24), s.real(10, 12), s.real(10, 12), s.lengths(5, 3), 6L, 3L));
        m.put("put_unit_piece_into", s -> s.args(s.real(3, 9), s.real(3, 4), 2L));
        m.put("unit_piece_dx", s -> s.args(s.real(3, 9), s.real(3, 4), 2L));
        m.put("merge_attention_into", s -> s.args(s.real(10, 24), s.wide(2, 6, 5), s.real(10, 24), s.wide(6, 10)));
    }
}
