package headroom.engine.tape.stack;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.KeptTokenKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.KeptRows;
import java.util.List;

/**
 * Layers that go on with some of the tokens (LeMo 2025): what is not kept for a layer passes it as it is, so nothing of it is saved and its gradient goes by. Tokens are kept by
 * blocks, the same number of each sequence, and chosen anew for each layer. Kept tokens have their own positions and see one another only. While no training goes on, all
 * tokens pass every layer.
 *
 * @param kept share of the blocks of tokens that a layer goes on with; at least one
 * @param tokens of a block; what is left of a sequence behind whole blocks is always kept
 * @param from layers at the beginning that take all tokens, 0 for half of them; the last layer always does
 * @param whole true leaves tokens out of the layer, false out of attention alone
 */
public record TokenSubsetStack(double kept, int tokens, int from, boolean whole, Choosing choosing) implements StackDriver {
    /** How blocks of tokens are chosen. */
    public enum Choosing {
        /** Those with the greatest attention to and from them in the layer, computed for all tokens first. */
        ATTENTION,
        /** By a key, whatever they hold. */
        DRAWN
    }

    public TokenSubsetStack {
        if (!(kept > 0 && kept <= 1) || tokens < 1 || from < 0) {
            throw new IllegalArgumentException("a share of " + kept + " of blocks of " + tokens + " tokens from layer " + from + " on; expected a share in (0, 1], at least 1 and at least 0");
        }
    }

    /** Blocks of {@code n} that are kept. */
    public long of(long n) {
        return Math.max(1, Math.round(kept * n));
    }

    @Override
    public Value run(Pass pass, List<? extends Block> all, Value x) {
        if (!pass.isTraining()) {
            return PLAIN.run(pass, all, x);
        }
        Compute c = pass.compute();
        String before = c.owner();
        int first = from == 0 ? all.size() / 2 : from;
        Value v = x;
        for (int i = 0; i < all.size(); i++) {
            Block b = all.get(i);
            c.within(b.path());
            long length = v.tensor().dim(0) / b.lengths().dim(0);
            long blocks = length / tokens;
            boolean some = i >= first && i < all.size() - 1 && of(blocks) < blocks;
            v = some ? some(pass, b, v.last(), length, blocks) : b.forward(pass, v.last());
        }
        c.within(before);
        return v;
    }

    private Value some(Pass pass, Block b, Value x, long length, long blocks) {
        Compute c = pass.compute();
        x.takeLast();
        Tensor rows;
        Tensor[] places;
        try (Tensor scores = scores(pass, b, x.tensor(), blocks)) {
            Category were = c.making(Category.ACTIVATIONS);
            rows = c.call(KeptTokenKernels.KEPT_ROWS, scores, b.lengths(), length, (long) tokens, of(blocks));
            places = c.run(KeptTokenKernels.KEPT_PLACES, rows, b.lengths(), length);
            c.making(were);
        }
        List<Tensor> made = List.of(rows, places[0], places[1]);
        if (pass.tape() != null) {
            // operations borrow them until their backward is done
            made.forEach(pass.tape()::own);
        }
        Value taken = pass.apply(new KeptRows.Take(rows), x);
        Block kin = b.among(places[0], places[1]);
        Value done = (whole ? kin : kin.halves().getFirst()).forward(pass, taken.last());
        Value y = pass.apply(new KeptRows.Put(rows), x.last(), done.last());
        if (pass.tape() == null) {
            made.forEach(Tensor::close);
        }
        return whole ? y : b.halves().getLast().forward(pass, y.last());
    }

    /** [B, blocks]. */
    private Tensor scores(Pass pass, Block b, Tensor x, long blocks) {
        Compute c = pass.compute();
        if (choosing == Choosing.ATTENTION) {
            return b.informativeness(pass, x, tokens);
        }
        Tensor drawn = c.zeros(Category.WORKSPACE, c.owner(), DType.F32, Shape.of(b.lengths().dim(0), blocks));
        c.apply(RandomKernels.ADD_NORMAL_INTO, drawn, pass.key("kept tokens", b.path()), 0L, 1.0);
        return drawn;
    }
}
