package headroom.engine.model;

import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Add;
import headroom.engine.tape.ops.Dropout;
import java.util.function.UnaryOperator;

/** Attention or feed-forward with its residual sum: x + drop(f(n)), n being x or its norm, and the two points before and after f. */
record Sublayer(String path, ValuePoint in, ValuePoint out) {
    /** @param path of the sub-layer, which is the path of its output and names its dropout */
    Sublayer(String path, long width) {
        this(path, new ValuePoint(path + ".in", ValuePoint.Kind.SUBLAYER_IN, width), new ValuePoint(path, ValuePoint.Kind.SUBLAYER_OUT, width));
    }

    /**
     * x + drop(f(n)), unmarked.
     *
     * @param x [N, d], read for the last time here
     * @param n what f reads: {@code x} itself, or another value that is read for the last time if it is marked so
     */
    Value sum(Pass pass, Value x, Value n, UnaryOperator<Value> f, double dropout) {
        Value read = in.through(pass, n, null);
        boolean last = read.takeLast();
        boolean again = out.readsInput(pass);
        Value y = f.apply(last && !again ? read.last() : read);
        if (dropout > 0) {
            y = pass.apply(new Dropout(dropout, path), y.last());
        }
        y = out.through(pass, y.last(), last && again ? read.last() : read);
        return pass.apply(new Add(), x.last(), y.last());
    }
}
