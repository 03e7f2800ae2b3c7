package headroom.engine.tape.ops;

import headroom.engine.compute.Tensor;

/**
 * Several matrices [N, width] in one tensor, one after the other: queries, keys and values of a block, gate and up of a feed-forward layer. The tensor has rows of the narrowest
 * width u, [N·Σwidth/u, u], so each part is contiguous.
 *
 * @param widths in order, all multiples of the narrowest
 */
public record Packing(long... widths) {
    /** True if such matrices fit into the rows of the narrowest. */
    public boolean isPossible() {
        long u = unit();
        for (long w : widths) {
            if (w % u != 0) {
                return false;
            }
        }
        return true;
    }

    private long unit() {
        long u = Long.MAX_VALUE;
        for (long w : widths) {
            u = Math.min(u, w);
        }
        return u;
    }

    private long before(int part) {
        long sum = 0;
        for (int i = 0; i < part; i++) {
            sum += widths[i];
        }
        return sum;
    }

    /** Part {@code i} as a matrix [N, width]: a view, owned by the caller. */
    public Tensor part(Tensor packed, int i) {
        long u = unit();
        long n = packed.elements() / before(widths.length);
        long from = n * before(i) / u;
        Tensor rows = packed.rows(from, from + n * widths[i] / u);
        if (widths[i] == u) {
            return rows;
        }
        try (rows) {
            return rows.view(n, widths[i]);
        }
    }
}
