package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import java.util.Map;

/** Arguments for the kernels of products that lie in one tensor: 10 tokens, six query heads and three key heads of four. */
final class PackedSamples {
    private PackedSamples() {}

    static void into(Map<String, Samples.Maker> m) {
        m.put("projections", s -> s.args(s.real(7, 5), weights(s), new Tensor[] {s.real(6), s.real(3), s.real(3)}));
        m.put("projections_dx", s -> s.args(s.real(28, 3), weights(s)));
        m.put("projections_dx_acc", s -> s.args(s.real(7, 5), s.real(28, 3), weights(s)));
        m.put("attention_packed", s -> s.args(s.real(40, 12), s.lengths(5, 3), 6L, 3L, true));
        m.put("attention_packed_dx", s -> {
            Tensor qkv = s.real(40, 12);
            Tensor lengths = s.lengths(5, 3);
            Tensor[] y = s.keep(s.compute.run(PackedKernels.ATTENTION_PACKED, qkv, lengths, 6L, 3L, false));
            return s.args(s.real(10, 24), qkv, y[0], y[1], lengths, 6L, 3L, false);
        });
        m.put("attention_texts_packed", s -> s.args(s.real(40, 12), s.lengths(0, 0, 1, 1, -1, 5, 5, 5, 6, 7), 5L, 6L, 3L, true));
        m.put("attention_texts_packed_dx", s -> {
            Tensor qkv = s.real(40, 12);
            Tensor texts = s.lengths(0, 0, 1, 1, -1, 5, 5, 5, 6, 7);
            Tensor[] y = s.keep(s.compute.run(PackedKernels.ATTENTION_TEXTS_PACKED, qkv, texts, 5L, 6L, 3L, false));
            return s.args(s.real(10, 24), qkv, y[0], y[1], texts, 5L, 6L, 3L, false);
        });
        m.put("rope_packed_into", s -> s.args(s.real(40, 12), s.tensor(DType.F32, Math::cos, 5, 2), s.tensor(DType.F32, Math::sin, 5, 2), 6L, 3L, true));
        m.put("swiglu_packed", s -> s.args(s.real(10, 7)));
        m.put("swiglu_packed_dx", s -> s.args(s.real(5, 7), s.real(10, 7)));
    }

    private static Tensor[] weights(Samples s) {
        return new Tensor[] {s.real(6, 5), s.real(3, 5), s.real(3, 5)};
    }
}
