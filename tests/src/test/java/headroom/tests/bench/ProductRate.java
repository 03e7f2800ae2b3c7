package headroom.tests.bench;

import ai.djl.pytorch.engine.PtNDArray;
import headroom.engine.compute.DType;
import headroom.engine.compute.FloatProducts;
import headroom.tests.peers.PeerModule;
import headroom.tests.peers.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast this process multiplies matrices of a workload's sizes and type: for each matrix of one layer y = x Wᵀ, dx = dy W and dW = dyᵀ x, all into memory that is there: by
 * libtorch's own product, and where the engine takes oneDNN for float32 by that too. The faster of the two is the machine's rate. No step can be faster than its products at this rate.
 */
final class ProductRate implements AutoCloseable {
    private static final double SPREAD = 0.1;

    private final PeerModule module;
    /** True if oneDNN is tried as well. */
    private final boolean both;
    private final Workload w;
    private final int type;
    private final int repeats;
    /** By width, [N, width]: what is read, and what is written. */
    private final Map<Integer, PtNDArray> read = new HashMap<>();
    private final Map<Integer, PtNDArray> written = new HashMap<>();
    private final Map<Workload.Matrix, PtNDArray> weights = new HashMap<>();
    private final Map<Workload.Matrix, PtNDArray> turned = new HashMap<>();
    private final Map<Workload.Matrix, PtNDArray> gradients = new HashMap<>();

    ProductRate(Workload w) {
        this.w = w;
        DType dtype = w.recipe().compute().dtype();
        type = dtype.torchCode();
        both = dtype == DType.F32 && FloatProducts.chosen() == FloatProducts.ONEDNN;
        module = both ? PeerModule.withOneDnn() : new PeerModule();
        for (Workload.Matrix m : w.layer()) {
            for (int width : new int[] {m.in(), m.out()}) {
                read.computeIfAbsent(width, d -> drawn(w.tokens(), d));
                written.computeIfAbsent(width, d -> drawn(w.tokens(), d));
            }
            weights.computeIfAbsent(m, k -> drawn(k.out(), k.in()));
            turned.computeIfAbsent(m, k -> module.tensor("turned", weights.get(k)));
            gradients.computeIfAbsent(m, k -> drawn(k.out(), k.in()));
        }
        repeats = (int) Math.max(1, 4e10 / flops(1));
    }

    private PtNDArray drawn(long rows, long columns) {
        PtNDArray x = module.zeros(type, rows, columns);
        module.apply("shift", List.of(x), SPREAD);
        return x;
    }

    private double flops(int times) {
        return times * w.layer().stream().mapToDouble(m -> 3 * 2.0 * w.tokens() * m.out() * m.in()).sum();
    }

    /** Operations per second, now: of the faster way. */
    double run() {
        double own = library();
        return both ? Math.max(own, oneDnn()) : own;
    }

    private double oneDnn() {
        long begin = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
            for (Workload.Matrix m : w.layer()) {
                module.apply("add_product", written.get(m.out()), read.get(m.in()), weights.get(m));
                module.apply("add_product", written.get(m.in()), read.get(m.out()), turned.get(m));
                module.apply("add_outer_product", gradients.get(m), read.get(m.out()), read.get(m.in()), 1.0);
            }
        }
        return flops(repeats) / ((System.nanoTime() - begin) * 1e-9);
    }

    private double library() {
        long begin = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
            for (Workload.Matrix m : w.layer()) {
                module.apply("product_bt_into", written.get(m.out()), read.get(m.in()), weights.get(m));
                module.apply("product_into", written.get(m.in()), read.get(m.out()), weights.get(m));
                module.apply("product_at_into", gradients.get(m), read.get(m.out()), read.get(m.in()));
            }
        }
        return flops(repeats) / ((System.nanoTime() - begin) * 1e-9);
    }

    @Override
    public void close() {
        module.close();
    }
}
