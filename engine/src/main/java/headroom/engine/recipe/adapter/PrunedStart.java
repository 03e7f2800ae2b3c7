package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.SideNetwork;
import headroom.engine.tape.Parameter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Narrow blocks cut out of those of a model (structured pruning, as LST starts): of each group of widths that hang together those whose squares are largest. One choice of the residual
 * stream for the whole stack, by the squares of all matrices that read or write it; in each block one of every key head's widths with the query heads that share it, by the product of the squares of
 * q, k, v and o, and one of the feed-forward layer. Of rotary heads every r-th pair is kept, whose angles are those of the narrow head. In place of the weights their gradients may be squared, as in the paper.
 */
final class PrunedStart {
    /** Squares that belong to a matrix, summed over its columns, one for each row, or over its rows; owned by the caller. */
    @FunctionalInterface
    interface Squares {
        Tensor of(LinearSite site, boolean rows);

        /** Those of the weights themselves. */
        static Squares ofWeights(Compute c) {
            return (site, rows) -> {
                try (Tensor w = site.weight().rows(c, 0, site.out())) {
                    return c.call(rows ? SupportKernels.ROW_SQUARES : SupportKernels.COLUMN_SQUARES, w);
                }
            };
        }
    }

    private final Compute compute;
    private final ModelConfig wide;
    private final ModelConfig narrow;
    private final Map<String, LinearSite> sites;
    private final Map<String, Parameter> parameters;
    private final List<String> blocks;
    private final Squares squares;

    PrunedStart(Compute compute, Model model, ModelConfig narrow, Squares squares) {
        this.compute = compute;
        this.squares = squares;
        this.wide = model.config();
        this.narrow = narrow;
        this.sites = model.sites().stream().collect(Collectors.toMap(LinearSite::path, Function.identity()));
        this.parameters = model.parameters().stream().collect(Collectors.toMap(Parameter::path, Function.identity()));
        this.blocks = model.blocks();
    }

    /** Fills the narrow blocks beside those of some numbers; what no block of the model has stays as it is. */
    void into(List<Integer> taps, List<Parameter> side) {
        Map<String, Parameter> to = side.stream().collect(Collectors.toMap(Parameter::path, Function.identity()));
        int[] stream = largest(streamScores(), narrow.hidden());
        for (int i : taps) {
            block(blocks.get(i), SideNetwork.PATH + "." + i, stream, to);
        }
        String end = blocks.getFirst().substring(0, blocks.getFirst().lastIndexOf('.'));
        vector(end + ".norm.weight", SideNetwork.PATH + ".norm.weight", stream, to);
        vector(end + ".norm.bias", SideNetwork.PATH + ".norm.bias", stream, to);
    }

    private void block(String from, String path, int[] stream, Map<String, Parameter> to) {
        int[] keyWidths = keyWidths(from);
        int[] queryWidths = queryWidths(keyWidths);
        int[] inner = largest(innerScores(from), narrow.intermediate());
        Map<String, int[][]> parts = new HashMap<>();
        parts.put(".attention.q", new int[][] {queryWidths, stream});
        parts.put(".attention.k", new int[][] {keyWidths, stream});
        parts.put(".attention.v", new int[][] {keyWidths, stream});
        parts.put(".attention.out", new int[][] {stream, queryWidths});
        parts.put(".mlp.gate", new int[][] {inner, stream});
        parts.put(".mlp.up", new int[][] {inner, stream});
        parts.put(".mlp.down", new int[][] {stream, inner});
        parts.forEach((name, part) -> {
            if (sites.containsKey(from + name)) {
                matrix(sites.get(from + name), to.get(path + name + ".weight"), part[0], part[1]);
                vector(from + name + ".bias", path + name + ".bias", part[0], to);
            }
        });
        for (String norm : List.of(".attention_norm", ".mlp_norm")) {
            vector(from + norm + ".weight", path + norm + ".weight", stream, to);
            vector(from + norm + ".bias", path + norm + ".bias", stream, to);
        }
    }

    private double[] streamScores() {
        double[] sum = new double[wide.hidden()];
        sites.forEach((path, site) -> {
            double[] squares = squares(site, path.endsWith(".attention.out") || path.endsWith(".mlp.down"));
            Arrays.setAll(sum, i -> sum[i] + squares[i]);
        });
        return sum;
    }

    /** Kept widths of all key heads of a block. */
    private int[] keyWidths(String block) {
        int head = wide.headDim();
        int kept = narrow.headDim();
        if (wide.positions() == ModelConfig.Positions.ROTARY) {
            int r = head / kept;
            return IntStream.range(0, wide.kvHeads() * kept).map(i -> i / kept * head + (i % kept < kept / 2 ? i % kept * r : head / 2 + (i % kept - kept / 2) * r)).toArray();
        }
        double[] q = squares(sites.get(block + ".attention.q"), true);
        double[] k = squares(sites.get(block + ".attention.k"), true);
        double[] v = squares(sites.get(block + ".attention.v"), true);
        double[] o = squares(sites.get(block + ".attention.out"), false);
        int group = wide.heads() / wide.kvHeads();
        int[] all = new int[wide.kvHeads() * kept];
        for (int h = 0; h < wide.kvHeads(); h++) {
            double[] scores = new double[head];
            for (int j = 0; j < head; j++) {
                double own = 0;
                for (int g = h * group; g < (h + 1) * group; g++) {
                    own += q[g * head + j] * o[g * head + j];
                }
                scores[j] = own * k[h * head + j] * v[h * head + j];
            }
            int[] best = largest(scores, kept);
            for (int j = 0; j < kept; j++) {
                all[h * kept + j] = h * head + best[j];
            }
        }
        return all;
    }

    /** Those of the query heads, each with the choice of the key head that it reads. */
    private int[] queryWidths(int[] keyWidths) {
        int kept = narrow.headDim();
        int group = wide.heads() / wide.kvHeads();
        return IntStream.range(0, wide.heads() * kept)
                .map(i -> i / kept * wide.headDim() + keyWidths[i / kept / group * kept + i % kept] % wide.headDim()).toArray();
    }

    private double[] innerScores(String block) {
        double[] scores = squares(sites.get(block + ".mlp.up"), true);
        double[] down = squares(sites.get(block + ".mlp.down"), false);
        double[] gate = sites.containsKey(block + ".mlp.gate") ? squares(sites.get(block + ".mlp.gate"), true) : null;
        Arrays.setAll(scores, i -> scores[i] * down[i] * (gate == null ? 1 : gate[i]));
        return scores;
    }

    /** The squares of a site as numbers. */
    private double[] squares(LinearSite site, boolean rows) {
        try (Tensor sums = squares.of(site, rows);
                Tensor plain = compute.call(CoreKernels.CAST, sums, (long) DType.F32.torchCode())) {
            float[] values = compute.floats(plain);
            // a dry machine gives no more than it must
            return IntStream.range(0, (int) (rows ? site.out() : site.in())).mapToDouble(i -> i < values.length ? values[i] : 0).toArray();
        }
    }

    /** Places of the k largest, ascending; of equal ones the first. */
    private static int[] largest(double[] scores, int k) {
        return IntStream.range(0, scores.length).boxed().sorted(Comparator.comparingDouble((Integer i) -> -scores[i])).limit(k).mapToInt(i -> i).sorted().toArray();
    }

    private void matrix(LinearSite from, Parameter to, int[] rows, int[] columns) {
        try (Tensor w = from.weight().rows(compute, 0, from.out()); Tensor r = ids(rows); Tensor some = compute.call(SupportKernels.ROWS_OF, w, r); Tensor c = ids(columns);
                Tensor part = compute.call(SupportKernels.COLUMNS_OF, some, c)) {
            compute.apply(CoreKernels.COPY_INTO, to.data(), part);
        }
    }

    private void vector(String from, String path, int[] places, Map<String, Parameter> to) {
        Parameter whole = parameters.get(from);
        if (whole == null || !to.containsKey(path)) {
            return;
        }
        try (Tensor row = whole.data().view(1, whole.elements()); Tensor ids = ids(places); Tensor part = compute.call(SupportKernels.COLUMNS_OF, row, ids);
                Tensor out = to.get(path).data().view(1, places.length)) {
            compute.apply(CoreKernels.COPY_INTO, out, part);
        }
    }

    private Tensor ids(int[] places) {
        return compute.upload(Category.WORKSPACE, SideNetwork.PATH, DType.I32, Shape.of(places.length), () -> {
            ByteBuffer b = ByteBuffer.allocateDirect(places.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i : places) {
                b.putInt(i);
            }
            return b.flip();
        });
    }
}
