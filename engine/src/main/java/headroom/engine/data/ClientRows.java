package headroom.engine.data;

import java.util.List;

/** Batches of several clients of a federation, one client after another: some of the first, as many of the second, and so on, round after round. Held-out rows are the server's. */
public final class ClientRows implements BatchSource {
    private final List<BatchSource> clients;
    private final List<Integer> rows;
    private final int each;
    private long drawn;

    /**
     * @param clients one source for each, at their beginning; their held-out rows are the same
     * @param rows training rows of each
     * @param each batches of a client in a round
     */
    public ClientRows(List<BatchSource> clients, List<Integer> rows, int each) {
        this.clients = List.copyOf(clients);
        this.rows = List.copyOf(rows);
        this.each = each;
    }

    /** Training rows of each client. */
    public List<Integer> rows() {
        return rows;
    }

    @Override
    public Batch next() {
        Batch b = clients.get((int) (drawn / each % clients.size())).next();
        drawn++;
        return b;
    }

    /** How many batches were drawn, counted in epochs of all rows. */
    @Override
    public Cursor cursor() {
        return new Cursor(drawn / batchesPerEpoch(), (int) (drawn % batchesPerEpoch()));
    }

    @Override
    public void seek(Cursor to) {
        seekBatch(to.epoch() * batchesPerEpoch() + to.position());
    }

    @Override
    public void seekBatch(long number) {
        drawn = number;
        long round = (long) each * clients.size();
        for (int k = 0; k < clients.size(); k++) {
            long ofRound = Math.clamp(number % round - (long) k * each, 0L, (long) each);
            clients.get(k).seekBatch(number / round * each + ofRound);
        }
    }

    @Override
    public int batchesPerEpoch() {
        return clients.stream().mapToInt(BatchSource::batchesPerEpoch).sum();
    }

    @Override
    public List<Batch> heldOut() {
        return clients.getFirst().heldOut();
    }

    @Override
    public Batch.Shape worst() {
        List<Batch.Shape> shapes = clients.stream().map(BatchSource::worst).toList();
        return new Batch.Shape(shapes.stream().mapToInt(Batch.Shape::rows).max().orElseThrow(), shapes.stream().mapToInt(Batch.Shape::length).max().orElseThrow(),
                shapes.stream().mapToInt(Batch.Shape::slots).max().orElseThrow());
    }

    @Override
    public TokenLengths lengths() {
        return clients.getFirst().lengths();
    }
}
