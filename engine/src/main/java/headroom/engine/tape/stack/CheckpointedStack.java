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
 */
public record CheckpointedStack(int every) implements StackDriver {
    public CheckpointedStack {
        if (every < 1) {
            throw new IllegalArgumentException("a checkpoint every " + every + " blocks; expected at least 1");
        }
    }

    @Override
    public Value run(Pass pass, List<? extends Block> blocks, Value x) {
        if (pass.tape() == null) {
            return PLAIN.run(pass, blocks, x);
        }
        Value v = x;
        for (int i = 0; i < blocks.size(); i += every) {
            v = pass.apply(new Segment(List.copyOf(blocks.subList(i, Math.min(i + every, blocks.size())))), v.last());
        }
        return v;
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
