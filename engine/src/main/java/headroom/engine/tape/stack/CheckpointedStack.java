package headroom.engine.tape.stack;

import headroom.engine.compute.Tensor;
import headroom.engine.tape.Backward;
import headroom.engine.tape.Forward;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Op;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Saved;
import headroom.engine.tape.Tape;
import headroom.engine.tape.Value;
import java.util.List;

/**
 * Activation checkpointing: of every {@code every} blocks only the input is kept; the backward pass runs them again on a tape of their own. Random numbers come from
 * keys, so the second run repeats the first bit for bit. Costs about one more forward pass.
 *
 * <p>Blocks at the beginning that train nothing and whose input needs no gradient are neither kept nor run again: no backward pass comes there.
 *
 * @param every blocks of a segment
 * @param blocks so many of the first blocks are checkpointed; the later ones keep what they need
 * @param keepsLast true leaves the last segment on the tape when all blocks are checkpointed: the backward pass begins with it, and it would run twice in a row
 */
public record CheckpointedStack(int every, int blocks, boolean keepsLast) implements StackDriver {
    public CheckpointedStack {
        if (every < 1) {
            throw new IllegalArgumentException("a checkpoint every " + every + " blocks; expected at least 1");
        }
        if (blocks < 0) {
            throw new IllegalArgumentException(blocks + " checkpointed blocks; expected at least 0");
        }
    }

    /** Every block, the last segment too. */
    public CheckpointedStack(int every) {
        this(every, Integer.MAX_VALUE, false);
    }

    /** Blocks of a segment if there are to be about √L segments of L blocks. */
    public static int squareRoot(int layers) {
        return Math.max(1, (int) Math.round(Math.sqrt(layers)));
    }

    @Override
    public Value run(Pass pass, List<? extends Block> all, Value x) {
        if (pass.tape() == null) {
            return PLAIN.run(pass, all, x);
        }
        int from = frozen(pass, all, x);
        int to = Math.max(from, Math.min(all.size(), blocks));
        if (keepsLast && to == all.size() && to > from) {
            to = from + (to - from - 1) / every * every;
        }
        Value v = from == 0 ? x : PLAIN.run(pass, all.subList(0, from), x.last());
        for (int i = from; i < to; i += every) {
            v = pass.apply(new Segment(List.copyOf(all.subList(i, Math.min(i + every, to)))), v.last());
        }
        return to == all.size() ? v : PLAIN.run(pass, all.subList(to, all.size()), v.last());
    }

    /** Blocks at the beginning that no gradient reaches. */
    private static int frozen(Pass pass, List<? extends Block> all, Value x) {
        int n = 0;
        while (!x.needsGradient() && n < all.size() && all.get(n).parameters().stream().noneMatch(pass.trainables()::wants)) {
            n++;
        }
        return n;
    }

    private static final class Segment implements Op {
        private final List<Block> blocks;
        private Pass pass;
        private Saved input;

        Segment(List<Block> blocks) {
            this.blocks = blocks;
        }

        @Override
        public String name() {
            return "checkpointed segment";
        }

        @Override
        public List<Parameter> parameters() {
            return blocks.stream().flatMap(b -> b.parameters().stream()).distinct().toList();
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            pass = f.pass();
            String before = f.compute().within(blocks.getFirst().path());
            if (f.isTaped()) {
                input = f.save(Keeper.Role.BLOCK_INPUT, in[0]);
            }
            Value x = pass.constant(in[0].retain());
            Tensor out = PLAIN.run(pass.withoutTape(), blocks, x).take();
            f.compute().within(before);
            return out;
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            try (Tape again = b.tape().nested()) {
                Tensor in = input.get();
                Value x = b.needs(0) ? again.leaf(in) : pass.constant(in);
                Value y = PLAIN.run(pass.on(again), blocks, x);
                y.release();
                again.backward(y, dy.retain());
                if (b.needs(0)) {
                    b.give(0, Tape.takeGradient(x));
                }
            }
        }
    }
}
