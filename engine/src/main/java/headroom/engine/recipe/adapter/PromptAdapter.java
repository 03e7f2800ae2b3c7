package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.EmbeddingKernels;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.Points;
import headroom.engine.model.TokenPoint;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.ReadTable;
import java.util.List;

/** Free vectors in front of the embeddings of every text, as wide as an embedding ("prompt tuning", 2021). */
public final class PromptAdapter implements Adapter {
    private static final double DEVIATION = 0.02;

    private record Prompt(Parameter vectors) implements TokenPoint.Prompt {
        @Override
        public List<Parameter> parameters() {
            return List.of(vectors);
        }

        @Override
        public long length() {
            return vectors.shape().dim(0);
        }

        @Override
        public Value rows(Pass pass) {
            return pass.apply(new ReadTable(vectors));
        }
    }

    private final AddedParameters added;

    private PromptAdapter(AddedParameters added) {
        this.added = added;
    }

    static PromptAdapter attach(Compute c, Model model, AdapterChoice.PromptTokens choice, DType dtype, long seed) {
        AddedParameters added = new AddedParameters(c, dtype, seed);
        try {
            TokenPoint point = Points.matching(model, TokenPoint.class, List.of("tokens")).getFirst();
            String path = point.path() + ".prompt";
            boolean drawn = choice.start() == AdapterChoice.FrontStart.NORMAL;
            Parameter vectors = drawn ? added.normal(DEVIATION, path, Parameter.Role.PROMPT, choice.length(), point.width())
                    : added.zeros(path, Parameter.Role.PROMPT, choice.length(), point.width());
            if (!drawn) {
                try (Tensor ids = SampledTokens.upload(c, SampledTokens.of(model.config(), choice.tokens(), choice.length(), seed));
                        Tensor rows = c.call(EmbeddingKernels.EMBEDDING, table(model).data(), ids)) {
                    c.apply(CoreKernels.COPY_INTO, vectors.data(), rows);
                }
            }
            point.attach(new Prompt(vectors));
            return new PromptAdapter(added);
        } catch (RuntimeException e) {
            added.close();
            throw e;
        }
    }

    private static Parameter table(Model model) {
        return model.parameters().stream().filter(p -> p.role() == Parameter.Role.EMBEDDING && p.path().endsWith("token.weight")).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a prompt that starts from words needs a model that embeds tokens"));
    }

    /** The vectors [p, width]. */
    public Parameter vectors() {
        return added.all().getFirst();
    }

    @Override
    public List<Parameter> parameters() {
        return added.all();
    }

    @Override
    public boolean merges() {
        return false;
    }

    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return weight;
    }

    @Override
    public void close() {
        added.close();
    }
}
