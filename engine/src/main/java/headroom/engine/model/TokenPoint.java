package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.TokenKernels;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.FrontRows;
import java.util.ArrayList;
import java.util.List;

/**
 * The stream of tokens between embedding and blocks: the point where a prompt of free vectors stands in front of every text. The vectors are read as tokens are: they take
 * the first positions, those of the text move on, and causal tokens see all of them. After the blocks their rows are dropped, so no loss and no head reads them.
 */
public final class TokenPoint implements Point {
    /** Rows [p, width] in front of the embeddings of every text. */
    public interface Prompt {
        List<Parameter> parameters();

        /** p, at least 1. */
        long length();

        Value rows(Pass pass);
    }

    /** A batch with the prompt counted in, and the tensors that were made for it. */
    private record Grown(Model.Inputs inputs, List<Tensor> made) {}

    /** What blocks do with a stream whose shapes are these inputs' (ids aside, which are read before). */
    @FunctionalInterface
    interface Body {
        Value run(Value x, Model.Inputs inputs);
    }

    private final String path;
    private final long width;
    private Prompt prompt;

    TokenPoint(String path, long width) {
        this.path = path;
        this.width = width;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public long width() {
        return width;
    }

    @Override
    public List<Parameter> parameters() {
        return prompt == null ? List.of() : prompt.parameters();
    }

    /** @throws IllegalStateException if there is a prompt already */
    public void attach(Prompt p) {
        if (prompt != null) {
            throw new IllegalStateException(path + " has a prompt already; one is possible");
        }
        prompt = p;
    }

    /** Tokens of the prompt, 0 without one. */
    long length() {
        return prompt == null ? 0 : prompt.length();
    }

    /** Puts the prompt in front of each text, runs the body, and drops the prompt's rows: x [B·T, width], read for the last time → [B·T, d]. */
    Value around(Pass pass, Value x, Model.Inputs inputs, Body body) {
        if (prompt == null || !pass.adapters().on()) {
            return body.run(x, inputs);
        }
        if (inputs.texts() != null) {
            throw new IllegalStateException(path + " has a prompt for whole rows, and these hold several texts; use one text a row");
        }
        long p = prompt.length();
        Compute c = pass.compute();
        String before = c.within(path);
        Grown grown = grown(c, inputs, p);
        if (pass.tape() != null) {
            // operations borrow lengths and segments until their backward is done
            grown.made.forEach(pass.tape()::own);
        }
        Value longer = pass.apply(new FrontRows.Insert(inputs.length()), x.last(), prompt.rows(pass).last());
        c.within(before);
        Value y = body.run(longer, grown.inputs);
        c.within(path);
        Value text = pass.apply(new FrontRows.Drop(grown.inputs.length(), p), y.last());
        c.within(before);
        if (pass.tape() == null) {
            grown.made.forEach(Tensor::close);
        }
        return text;
    }

    private Grown grown(Compute c, Model.Inputs in, long p) {
        List<Tensor> made = new ArrayList<>();
        Category before = c.making(Category.DATA);
        Tensor lengths = c.call(TokenKernels.PLUS, in.lengths(), p);
        made.add(lengths);
        Tensor segments = in.segments();
        if (segments != null) {
            segments = c.call(TokenKernels.FRONT_ZEROS, segments, in.length(), p);
            made.add(segments);
        }
        c.making(before);
        return new Grown(new Model.Inputs(in.ids(), segments, lengths, in.batch(), in.length() + p), made);
    }
}
