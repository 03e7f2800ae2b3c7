package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.memory.Category;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.WeightsChoice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which rows and columns of a block's matrices stay when heads and channels are taken out: rows of queries, keys and values with their heads, columns of the attention
 * output with them, rows of the inward and columns of the outward feed-forward matrices with their channels.
 */
final class CutBlocks {
    /** Channels stay in multiples of this, so that codes and vector units find whole groups. */
    private static final int CHANNELS = 16;

    private final WeightsChoice.Cut choice;
    private final long seed;
    private ModelConfig config;
    private List<WeightsChoice.Kept> kept;

    CutBlocks(WeightsChoice.Cut choice, long seed) {
        this.choice = choice;
        this.seed = seed;
    }

    /** @throws IllegalArgumentException if the lists do not fit the model */
    void begin(ModelConfig model) {
        config = model;
        if (choice.blocks().isEmpty()) {
            List<WeightsChoice.Kept> drawn = new ArrayList<>();
            for (int b = 0; b < model.layers(); b++) {
                int channels = model.intermediate() <= CHANNELS ? model.intermediate()
                        : (int) Math.min(model.intermediate() / CHANNELS * CHANNELS, Math.max(1, Math.round(choice.channels() * model.intermediate() / CHANNELS)) * CHANNELS);
                drawn.add(new WeightsChoice.Kept(drawn("cut heads", b, model.kvHeads(), (int) Math.max(1, Math.round(choice.heads() * model.kvHeads()))),
                        drawn("cut channels", b, model.intermediate(), channels)));
            }
            kept = List.copyOf(drawn);
            return;
        }
        kept = choice.blocks();
        if (kept.size() != model.layers()) {
            throw new IllegalArgumentException("a cut lists what stays of " + kept.size() + " blocks; the model has " + model.layers());
        }
        for (int b = 0; b < kept.size(); b++) {
            if (kept.get(b).heads().getLast() >= model.kvHeads() || kept.get(b).channels().getLast() >= model.intermediate()) {
                throw new IllegalArgumentException("a cut keeps head " + kept.get(b).heads().getLast() + " and channel " + kept.get(b).channels().getLast() + " of block " + b
                        + "; the model has " + model.kvHeads() + " key-value heads and " + model.intermediate() + " channels");
            }
        }
    }

    private List<Integer> drawn(String purpose, int block, int of, int count) {
        return Arrays.stream(Keys.permutation(Keys.key(seed, purpose, "", block), of)).limit(count).sorted().boxed().toList();
    }

    List<WeightsChoice.Kept> kept() {
        return kept;
    }

    /** Rows that stay of a matrix [out, in]. */
    long rows(String site, long out) {
        int[] ids = rowIds(site);
        return ids == null ? out : ids.length;
    }

    long columns(String site, long in) {
        int[] ids = columnIds(site);
        return ids == null ? in : ids.length;
    }

    /** Cuts a matrix, which is given away. */
    Tensor matrix(Compute c, String site, Tensor whole) {
        Tensor rows = part(c, site, whole, rowIds(site), SupportKernels.ROWS_OF);
        return part(c, site, rows, columnIds(site), SupportKernels.COLUMNS_OF);
    }

    /** Cuts a bias [out], which is given away. */
    Tensor bias(Compute c, String site, Tensor whole) {
        return part(c, site, whole, rowIds(site), SupportKernels.ENTRIES_OF);
    }

    private static Tensor part(Compute c, String site, Tensor whole, int[] ids, Kernel kernel) {
        if (ids == null) {
            return whole;
        }
        try (Tensor all = whole; Tensor list = c.upload(Category.WORKSPACE, site, DType.I32, Shape.of(ids.length), () -> bytes(ids))) {
            return c.call(kernel, all, list).book(Category.WEIGHTS, site);
        }
    }

    private static ByteBuffer bytes(int[] ids) {
        ByteBuffer b = ByteBuffer.allocateDirect(ids.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        b.asIntBuffer().put(ids);
        return b;
    }

    /** Null for all. */
    private int[] rowIds(String site) {
        WeightsChoice.Kept k = block(site);
        return k == null ? null : switch (name(site)) {
            case "attention.q" -> runs(k.heads(), config.heads() / config.kvHeads() * config.headDim());
            case "attention.k", "attention.v" -> runs(k.heads(), config.headDim());
            case "mlp.gate", "mlp.up" -> runs(k.channels(), 1);
            default -> null;
        };
    }

    private int[] columnIds(String site) {
        WeightsChoice.Kept k = block(site);
        return k == null ? null : switch (name(site)) {
            case "attention.out" -> runs(k.heads(), config.heads() / config.kvHeads() * config.headDim());
            case "mlp.down" -> runs(k.channels(), 1);
            default -> null;
        };
    }

    /** {@code decoder.3.attention.q} is of block 3; null for what is of no block. */
    private WeightsChoice.Kept block(String site) {
        String[] parts = site.split("\\.");
        return parts.length == 4 && parts[1].chars().allMatch(Character::isDigit) ? kept.get(Integer.parseInt(parts[1])) : null;
    }

    private static String name(String site) {
        return site.substring(site.indexOf('.', site.indexOf('.') + 1) + 1);
    }

    /** Of each number the run of {@code width} places that belongs to it. */
    private static int[] runs(List<Integer> numbers, int width) {
        int[] ids = new int[numbers.size() * width];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = numbers.get(i / width) * width + i % width;
        }
        return ids;
    }
}
