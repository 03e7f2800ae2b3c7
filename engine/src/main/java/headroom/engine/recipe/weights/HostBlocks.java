package headroom.engine.recipe.weights;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Tier;
import java.util.ArrayList;
import java.util.List;

/**
 * The matrices of a model's blocks in host memory, and which blocks are visiting the device. A block is brought when one of its matrices is first read, and the next ones in
 * the direction of the pass are fetched while it computes: upward in a forward pass, downward in a backward pass. Whoever is not among them leaves before anyone comes, so
 * never more than {@code resident} blocks are on the device.
 *
 * <p>Nobody tells it of passes: the order in which blocks are read does. Read only; what trains lives elsewhere.
 */
final class HostBlocks {
    private static final class Block {
        final String path;
        final List<Tensor> home = new ArrayList<>();
        final List<Tensor> visiting = new ArrayList<>();

        Block(String path) {
            this.path = path;
        }
    }

    private final int resident;
    private final List<Block> blocks = new ArrayList<>();
    private int current = -1;
    private boolean down;

    /** @param resident blocks that may be on the device at a time, at least 1 */
    HostBlocks(int resident) {
        this.resident = resident;
    }

    /** Where a matrix lives: block and place in it. */
    record Place(int block, int index) {}

    /**
     * Takes a matrix in, to the block that its path begins with ({@code decoder.3}). Matrices of a block come one after the other.
     *
     * @param matrix on the host; owned by this object
     */
    Place add(String site, Tensor matrix) {
        String path = site.substring(0, site.indexOf('.', site.indexOf('.') + 1));
        if (blocks.isEmpty() || !blocks.getLast().path.equals(path)) {
            blocks.add(new Block(path));
        }
        blocks.getLast().home.add(matrix);
        return new Place(blocks.size() - 1, blocks.getLast().home.size() - 1);
    }

    Tensor home(Place place) {
        return blocks.get(place.block).home.get(place.index);
    }

    /**
     * The matrix on the device; borrowed until another block is read.
     *
     * @param backward true if a backward pass asks
     */
    Tensor onDevice(Compute c, Place place, boolean backward) {
        if (place.block != current) {
            down = place.block < current;
            current = place.block;
            arrange(c);
        } else if (backward && !down) {
            down = true;
            arrange(c);
        }
        return blocks.get(current).visiting.get(place.index);
    }

    private void arrange(Compute c) {
        int from = down ? Math.max(0, current - resident + 1) : current;
        int to = down ? current : Math.min(blocks.size() - 1, current + resident - 1);
        for (int i = 0; i < blocks.size(); i++) {
            if (i < from || i > to) {
                leave(blocks.get(i));
            }
        }
        // the one that is read first comes first
        for (int k = 0; k <= to - from; k++) {
            Block b = blocks.get(down ? to - k : from + k);
            if (b.visiting.isEmpty()) {
                for (Tensor t : b.home) {
                    b.visiting.add(c.prefetch(Tier.DEVICE, t));
                }
            }
        }
    }

    private static void leave(Block b) {
        b.visiting.forEach(Tensor::close);
        b.visiting.clear();
    }

    /** Everyone leaves the device, and the homes are freed. */
    void close() {
        for (Block b : blocks) {
            leave(b);
            b.home.forEach(Tensor::close);
            b.home.clear();
        }
    }
}
