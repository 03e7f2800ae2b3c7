package headroom.engine.tape.stack;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.memory.Category;
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
 * Blocks as a reversible pair of streams (MEFT 2023): y₁ = λ·h₁ + F(h₂), y₂ = β·h₂ + G(y₁). What a block read is computed back from what it made, so only the streams after
 * every {@code every} blocks are kept; F and G run again in the backward pass, each on a tape of its own. Both streams begin as the input, and the result is their mean.
 * Another function than the blocks in a row, in training and in evaluation alike.
 *
 * <p>Going back divides by λ and β, and with them the rounding error of the streams grows by 1/(λβ) a block: {@link #drift}.
 *
 * <p>The pair is one tensor [2N, d], worked on in place; where streams swap roles from block to block, no row moves.
 *
 * @param lambda λ, of the stream that F is added to
 * @param beta β, of the stream that G is added to
 * @param every blocks between streams that are kept; 0 keeps the last pair only
 */
public record ReversibleStack(Wiring wiring, double lambda, double beta, int every) implements StackDriver {
    /** Which functions of a layer F and G are. */
    public enum Wiring {
        /** F is the layer, G what stands beside it; the streams swap after each layer (MEFT₁). */
        LAYER_FIRST,
        /** F is what stands beside the layer, G the layer; the streams swap after each layer (MEFT₂). */
        LAYER_SECOND,
        /** F is attention, G feed-forward; the streams keep their roles (MEFT₃). */
        HALVES
    }

    /** Half the spacing of float32 numbers at 1. */
    private static final double ROUNDING = 0x1p-24;

    public ReversibleStack {
        if (!(lambda > 0 && beta > 0) || every < 0) {
            throw new IllegalArgumentException("reversible streams with λ " + lambda + ", β " + beta + ", kept every " + every + " blocks; expected factors above 0 and at least 0 blocks");
        }
    }

    /** About the relative error of float32 streams that are computed back through some blocks. */
    public static double drift(double lambda, double beta, int blocks) {
        return ROUNDING * Math.pow(lambda * beta, -blocks);
    }

    @Override
    public Value run(Pass pass, List<? extends Block> all, Value x) {
        Value pair = pass.apply(new Begin(), x.last());
        int step = every == 0 ? Math.max(1, all.size()) : every;
        for (int i = 0; i < all.size(); i += step) {
            pair = pass.apply(new Segment(i, List.copyOf(all.subList(i, Math.min(i + step, all.size())))), pair.last());
        }
        return pass.apply(new Mean(), pair.last());
    }

    private Block first(Pass pass, Block layer) {
        return switch (wiring) {
            case LAYER_FIRST -> layer;
            case LAYER_SECOND -> layer.beside(pass);
            case HALVES -> layer.halves().getFirst();
        };
    }

    private Block second(Pass pass, Block layer) {
        return switch (wiring) {
            case LAYER_FIRST -> layer.beside(pass);
            case LAYER_SECOND -> layer;
            case HALVES -> layer.halves().getLast();
        };
    }

    /** The two streams of a pair as views: h₁ and h₂ of the block of a number. */
    private final class Streams implements AutoCloseable {
        private final Tensor one;
        private final Tensor two;

        Streams(Tensor pair, int block) {
            long n = pair.dim(0) / 2;
            boolean swapped = wiring != Wiring.HALVES && block % 2 == 1;
            one = swapped ? pair.rows(n, 2 * n) : pair.rows(0, n);
            two = swapped ? pair.rows(0, n) : pair.rows(n, 2 * n);
        }

        @Override
        public void close() {
            one.close();
            two.close();
        }
    }

    /** x [N, d] → [2N, d]: both streams begin as x. */
    private static final class Begin implements Op {
        @Override
        public String name() {
            return "two streams";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            Compute c = f.compute();
            Tensor pair = pairOf(c, in[0]);
            eachStream(pair, stream -> c.apply(CoreKernels.COPY_INTO, stream, in[0]));
            return pair;
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            b.give(0, sum(b.compute(), dy));
        }
    }

    /** [2N, d] → [N, d]: the mean of both streams. */
    private static final class Mean implements Op {
        @Override
        public String name() {
            return "mean of streams";
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            Tensor mean = sum(f.compute(), in[0]);
            f.compute().apply(ElementwiseKernels.SCALE_INTO, mean, 0.5);
            return mean;
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            Compute c = b.compute();
            Tensor pair = pairOf(c, dy);
            eachStream(pair, stream -> c.apply(ElementwiseKernels.AXPY_INTO, stream, dy, 0.5));
            b.give(0, pair);
        }
    }

    private static Tensor pairOf(Compute c, Tensor x) {
        return c.zeros(Category.WORKSPACE, c.owner(), x.dtype(), Shape.of(2 * x.dim(0), x.dim(1)));
    }

    private static void eachStream(Tensor pair, java.util.function.Consumer<Tensor> use) {
        long n = pair.dim(0) / 2;
        try (Tensor one = pair.rows(0, n); Tensor two = pair.rows(n, 2 * n)) {
            use.accept(one);
            use.accept(two);
        }
    }

    private static Tensor sum(Compute c, Tensor pair) {
        long n = pair.dim(0) / 2;
        try (Tensor one = pair.rows(0, n); Tensor two = pair.rows(n, 2 * n)) {
            return c.call(ElementwiseKernels.ADD, one, two);
        }
    }

    /** Some blocks, pair [2N, d] → pair. Keeps the pair that it makes. */
    private final class Segment implements Op {
        private final int from;
        private final List<Block> blocks;
        private Pass pass;
        private Saved made;

        /** @param from number of its first block in the stack */
        Segment(int from, List<Block> blocks) {
            this.from = from;
            this.blocks = blocks;
        }

        @Override
        public String name() {
            return "reversible segment";
        }

        /** One that several blocks read is listed as often, so that it is not complete before the last of them is. */
        @Override
        public List<Parameter> parameters() {
            return blocks.stream().flatMap(b -> b.parameters().stream()).toList();
        }

        @Override
        public Tensor forward(Forward f, Tensor... in) {
            pass = f.pass();
            Compute c = f.compute();
            String before = c.within(blocks.getLast().path());
            Tensor pair = f.owns(0) ? in[0].retain() : c.call(CoreKernels.COPY, in[0]);
            try {
                for (int i = 0; i < blocks.size(); i++) {
                    try (Streams h = new Streams(pair, from + i)) {
                        add(first(pass, blocks.get(i)), h.two, h.one, lambda);
                        add(second(pass, blocks.get(i)), h.one, h.two, beta);
                    }
                }
                if (f.isTaped()) {
                    made = f.save(Keeper.Role.BLOCK_INPUT, pair);
                }
            } catch (RuntimeException e) {
                pair.close();
                throw e;
            } finally {
                c.within(before);
            }
            return pair;
        }

        /** to ← keep·to + f(at), without a tape. */
        private void add(Block f, Tensor at, Tensor to, double keep) {
            Compute c = pass.compute();
            scale(c, to, keep);
            if (f != null) {
                String before = c.within(f.path());
                try (Tensor y = f.forward(pass.withoutTape(), pass.constant(at.retain()).last()).take()) {
                    c.apply(ElementwiseKernels.ADD_INTO, to, y);
                }
                c.within(before);
            }
        }

        @Override
        public void backward(Backward b, Tensor dy) {
            Compute c = b.compute();
            int lowest = b.needs(0) ? 0 : lowestWanted(b);
            // the only reader of what it kept, so the streams go back in place; with the last pair they are all there is
            try (Tensor pair = made.get(); Tensor d = dy.isExclusive() ? dy.retain() : c.call(CoreKernels.COPY, dy)) {
                for (int i = blocks.size() - 1; i >= lowest; i--) {
                    boolean below = i > lowest || b.needs(0);
                    try (Streams h = new Streams(pair, from + i); Streams dh = new Streams(d, from + i)) {
                        undo(b, second(pass, blocks.get(i)), h.one, h.two, dh.one, dh.two, beta, true, true);
                        undo(b, first(pass, blocks.get(i)), h.two, h.one, dh.two, dh.one, lambda, i > lowest, below);
                    }
                }
                if (b.needs(0)) {
                    b.give(0, d.retain());
                }
            }
        }

        private int lowestWanted(Backward b) {
            int i = 0;
            while (blocks.get(i).parameters().stream().noneMatch(b::needs)) {
                i++;
            }
            return i;
        }

        /**
         * Takes back to = keep·h + f(at) and runs its backward direction.
         *
         * @param dTo gradient of what was made; becomes that of h
         * @param dAt gradient of {@code at} so far; what comes through f is added
         * @param back true computes h in the place of {@code to}
         * @param through true if the gradients of h and {@code at} are wanted
         */
        private void undo(Backward b, Block f, Tensor at, Tensor to, Tensor dAt, Tensor dTo, double keep, boolean back, boolean through) {
            Compute c = b.compute();
            if (f != null) {
                String before = c.within(f.path());
                try (Tape again = b.tape().nested()) {
                    Value x = through ? again.leaf(at.retain()) : pass.constant(at.retain());
                    Value y = f.forward(pass.on(again), x.last());
                    if (back) {
                        c.apply(ElementwiseKernels.AXPY_INTO, to, y.tensor(), -1.0);
                    }
                    y.release();
                    if (y.needsGradient()) {
                        again.backward(y, dTo.retain());
                    }
                    if (through) {
                        try (Tensor g = Tape.takeGradient(x)) {
                            c.apply(ElementwiseKernels.ADD_INTO, dAt, g);
                        }
                    }
                }
                c.within(before);
            }
            if (back) {
                scale(c, to, 1 / keep);
            }
            if (through) {
                scale(c, dTo, keep);
            }
        }
    }

    private static void scale(Compute c, Tensor x, double factor) {
        if (factor != 1) {
            c.apply(ElementwiseKernels.SCALE_INTO, x, factor);
        }
    }
}
