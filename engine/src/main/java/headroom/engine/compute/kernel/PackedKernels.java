package headroom.engine.compute.kernel;

import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Kernel.Args;
import headroom.engine.compute.Kernel.Outcome;
import headroom.engine.compute.Kernel.Spec;
import headroom.engine.compute.Tensor;

/**
 * Several products that read one input, made by one call into one tensor, and what reads them there: queries, keys and values of a block, gate and up of a feed-forward layer.
 *
 * <p>The parts [N, width] lie one after the other; the tensor has rows of the narrowest width u, which divides the others: [N·Σwidth/u, u]. Each part is contiguous, so that
 * whatever reads one matrix reads a part. Rules are put together from those of the plain kernels, whose operators do the work.
 */
public final class PackedKernels {
    /** {@code (x [N, in], weights, biases or none)} → y. */
    public static final Kernel PROJECTIONS = new Kernel("projections", a -> {
        Tensor[] ws = a.tensors(1);
        Tensor[] bs = a.tensors(2);
        Kernel.require(bs.length == 0 || bs.length == ws.length, "%d weights and %d biases", ws.length, bs.length);
        long u = unit(ws);
        long scratch = 0;
        long flops = 0;
        for (int i = 0; i < ws.length; i++) {
            Outcome o = bs.length == 0 ? LinearKernels.LINEAR.rule().of(Args.of(a.tensor(0), ws[i])) : LinearKernels.LINEAR_BIAS.rule().of(Args.of(a.tensor(0), ws[i], bs[i]));
            scratch = Math.max(scratch, o.workspaceBytes());
            flops += o.flops();
        }
        return Kernel.makes(Spec.of(a.dtype(0), a.dim(0, 0) * width(ws) / u, u), scratch, flops);
    });
    /** {@code (dy, weights)} → dx [N, in]. */
    public static final Kernel PROJECTIONS_DX = new Kernel("projections_dx", a -> {
        Tensor[] ws = a.tensors(1);
        Spec dx = Spec.of(a.dtype(0), tokens(a, 0, ws), ws[0].dim(1));
        Tensor last = ws[ws.length - 1];
        Outcome first = LinearKernels.LINEAR_DX.rule().of(Args.of(Spec.of(a.dtype(0), dx.shape().dim(0), last.dim(0)), last));
        return Kernel.makes(dx, Math.max(first.workspaceBytes(), added(dx, ws, ws.length - 1)), flops(dx, ws));
    });
    /** {@code (dx, dy, weights)}: dx += the same. */
    public static final Kernel PROJECTIONS_DX_ACC = new Kernel("projections_dx_acc", a -> {
        Tensor[] ws = a.tensors(2);
        Spec dx = new Spec(a.shape(0), a.dtype(0));
        Kernel.require(tokens(a, 1, ws) == a.dim(0, 0), "%s is not the packed gradient of %s", a.shape(1), a.shape(0));
        Tiles.sameType(a, 0, 1);
        return Kernel.inPlace(added(dx, ws, ws.length), flops(dx, ws));
    });
    /** {@code (qkv, lengths [B], H, K, causal)} → out [N, H·D], lse [B, H, T]. */
    public static final Kernel ATTENTION_PACKED = new Kernel("attention_packed", a -> {
        Qkv s = Qkv.of(a, 0, 2);
        return AttentionKernels.ATTENTION.rule().of(Args.of(s.q(), s.k(), s.k(), a.tensor(1), a.integer(2), a.integer(3), a.flag(4)));
    });
    /** {@code (dout, qkv, out, lse, lengths, H, K, causal)} → dqkv. */
    public static final Kernel ATTENTION_PACKED_DX = new Kernel("attention_packed_dx", a -> {
        Qkv s = Qkv.of(a, 1, 5);
        return s.gradient(AttentionKernels.ATTENTION_DX.rule().of(Args.of(a.tensor(0), s.q(), s.k(), s.k(), a.tensor(2), a.tensor(3), a.tensor(4), a.integer(5), a.integer(6), a.flag(7))));
    });
    /** {@code (qkv, texts [N], T, H, K, causal)} → out, lse [H, N]. */
    public static final Kernel ATTENTION_TEXTS_PACKED = new Kernel("attention_texts_packed", a -> {
        Qkv s = Qkv.of(a, 0, 3);
        return AttentionKernels.ATTENTION_TEXTS.rule().of(Args.of(s.q(), s.k(), s.k(), a.tensor(1), a.integer(2), a.integer(3), a.integer(4), a.flag(5)));
    });
    /** {@code (dout, qkv, out, lse, texts, T, H, K, causal)} → dqkv. */
    public static final Kernel ATTENTION_TEXTS_PACKED_DX = new Kernel("attention_texts_packed_dx", a -> {
        Qkv s = Qkv.of(a, 1, 6);
        return s.gradient(AttentionKernels.ATTENTION_TEXTS_DX.rule()
                .of(Args.of(a.tensor(0), s.q(), s.k(), s.k(), a.tensor(2), a.tensor(3), a.tensor(4), a.integer(5), a.integer(6), a.integer(7), a.flag(8))));
    });
    /** {@code (qkv, cos [T, D/2], sin, H, K, back)}: queries and keys turned by their position, or back; the tables have T rows, for sequences of T tokens, or one for each token. */
    public static final Kernel ROPE_PACKED_INTO = new Kernel("rope_packed_into", a -> {
        Qkv s = Qkv.of(a, 0, 3);
        Tiles.matrix(a, 1, 2);
        Tiles.sameShape(a, 1, 2);
        long t = a.dim(1, 0);
        long half = a.dim(1, 1);
        Kernel.require(s.tokens % t == 0 && 2 * half * s.keyHeads == a.dim(0, 1), "%s does not fit %d heads and tables %s", a.shape(0), s.heads, a.shape(1));
        long tables = Tiles.converted(2 * t * half, a.dtype(1), s.dtype) + (a.flag(5) ? t * half * s.dtype.bytes() : 0);
        long kept = Math.max(ropeRows(t, half, s.heads) * s.heads, ropeRows(t, half, s.keyHeads) * s.keyHeads) * half;
        return Kernel.inPlace(tables + kept * s.dtype.bytes(), 3 * s.tokens * (s.heads + s.keyHeads) * 2 * half);
    });
    /** {@code (gu [2N, F])} → silu(g) u [N, F]. */
    public static final Kernel SWIGLU_PACKED = new Kernel("swiglu_packed", a -> {
        Spec half = half(a, 0);
        return ElementwiseKernels.SWIGLU.rule().of(Args.of(half, half));
    });
    /** {@code (dy, gu)} → dgu. */
    public static final Kernel SWIGLU_PACKED_DX = new Kernel("swiglu_packed_dx", a -> {
        Spec half = half(a, 1);
        Outcome o = ElementwiseKernels.SWIGLU_DX.rule().of(Args.of(a.tensor(0), half, half));
        return Kernel.makes(new Spec(a.shape(1), a.dtype(1)), o.workspaceBytes(), o.flops());
    });

    /** Elements of half heads that rotation keeps meanwhile. */
    private static final long ROTATED = 131_072;

    private PackedKernels() {}

    /** The narrowest width of weights [width, in]. */
    private static long unit(Tensor[] ws) {
        long u = Long.MAX_VALUE;
        for (Tensor w : ws) {
            u = Math.min(u, w.dim(0));
        }
        for (Tensor w : ws) {
            Kernel.require(w.dim(0) % u == 0, "%d rows of a weight are not a multiple of the %d of another", w.dim(0), u);
        }
        return u;
    }

    private static long width(Tensor[] ws) {
        long all = 0;
        for (Tensor w : ws) {
            all += w.dim(0);
        }
        return all;
    }

    private static long tokens(Args a, int packed, Tensor[] ws) {
        Tiles.matrix(a, packed);
        long all = width(ws);
        long elements = a.shape(packed).elements();
        Kernel.require(a.dim(packed, 1) == unit(ws) && elements % all == 0, "%s does not hold the parts of %d weights with %d rows together", a.shape(packed), ws.length, all);
        return elements / all;
    }

    /** Scratch of adding the parts of the first weights. */
    private static long added(Spec dx, Tensor[] ws, int first) {
        long scratch = 0;
        for (int i = 0; i < first; i++) {
            Spec part = Spec.of(dx.dtype(), dx.shape().dim(0), ws[i].dim(0));
            scratch = Math.max(scratch, LinearKernels.LINEAR_DX_ACC.rule().of(Args.of(dx, part, ws[i], 1.0)).workspaceBytes());
        }
        return scratch;
    }

    private static long flops(Spec dx, Tensor[] ws) {
        return LinearKernels.product(dx.shape().dim(0), width(ws), dx.shape().dim(1));
    }

    private static long ropeRows(long t, long half, long heads) {
        return Math.min(t, Math.max(1, ROTATED / (heads * half)));
    }

    private static Spec half(Args a, int gu) {
        Tiles.matrix(a, gu);
        Kernel.require(a.dim(gu, 0) % 2 == 0, "%s is not a gate over as much to be gated", a.shape(gu));
        return Spec.of(a.dtype(gu), a.dim(gu, 0) / 2, a.dim(gu, 1));
    }

    /** Packed queries, keys and values [N (H + 2K)/K, K·D]. */
    private record Qkv(DType dtype, long tokens, long keyWidth, long heads, long keyHeads) {
        static Qkv of(Args a, int qkv, int heads) {
            Tiles.matrix(a, qkv);
            long h = a.integer(heads);
            long kh = a.integer(heads + 1);
            Kernel.require(h % kh == 0 && a.dim(qkv, 0) % (h / kh + 2) == 0 && a.dim(qkv, 1) % kh == 0, "%s does not hold queries of %d heads, and keys and values of %d", a.shape(qkv), h, kh);
            return new Qkv(a.dtype(qkv), a.dim(qkv, 0) / (h / kh + 2), a.dim(qkv, 1), h, kh);
        }

        Spec q() {
            return Spec.of(dtype, tokens, keyWidth * (heads / keyHeads));
        }

        Spec k() {
            return Spec.of(dtype, tokens, keyWidth);
        }

        Outcome gradient(Outcome o) {
            return Kernel.makes(Spec.of(dtype, tokens * (heads / keyHeads + 2), keyWidth), o.workspaceBytes(), o.flops());
        }
    }
}
