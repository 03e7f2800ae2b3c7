package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.memory.Category;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.Points;
import headroom.engine.model.QueryPoint;
import headroom.engine.model.TaskHead;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.AddRows;
import headroom.engine.tape.ops.Dropout;
import java.util.ArrayList;
import java.util.List;

/**
 * t trained rows beside the tokens of each layer, L·t·d numbers ("Visual Query Tuning", 2023). What they become in their layer goes to the task head and nowhere else: no token
 * sees them, so there is nothing to fold into a weight.
 */
public final class QueryAdapter implements Adapter {
    /** The queries of one layer. */
    private record Queries(String path, Parameter vectors, double dropout, boolean keepsInput) implements QueryPoint.Queries {
        @Override
        public List<Parameter> parameters() {
            return List.of(vectors);
        }

        @Override
        public long count() {
            return vectors.shape().dim(0);
        }

        @Override
        public Value rows(Pass pass, long batch) {
            Compute c = pass.compute();
            Value none = pass.constant(c.zeros(Category.WORKSPACE, path, vectors.dtype(), Shape.of(batch * count(), vectors.shape().dim(1))));
            Value rows = pass.apply(new AddRows(vectors, 0, count()), none.last());
            return dropout > 0 ? pass.apply(new Dropout(dropout, path), rows.last()) : rows;
        }
    }

    private final AddedParameters added;

    private QueryAdapter(AddedParameters added) {
        this.added = added;
    }

    static QueryAdapter attach(Compute c, Model model, AdapterChoice.QueryTokens choice, DType dtype, long seed) {
        AddedParameters added = new AddedParameters(c, dtype, seed);
        try {
            List<QueryPoint> points = Points.matching(model, QueryPoint.class, List.of("queries"));
            List<Queries> all = new ArrayList<>();
            for (QueryPoint p : points) {
                // as the paper draws prompts, √(6 / (inputs + outputs)), with d for the inputs of a patch
                double bound = Math.sqrt(6.0 / (2 * p.width()));
                all.add(new Queries(p.path(), added.uniform(bound, p.path() + ".vectors", Parameter.Role.PROMPT, choice.count(), p.width()), choice.dropout(), choice.kept() == AdapterChoice.KeptForQueries.INPUT));
            }
            for (int i = 0; i < all.size(); i++) {
                points.get(i).attach(all.get(i));
            }
            return new QueryAdapter(added);
        } catch (RuntimeException e) {
            added.close();
            throw e;
        }
    }

    /** What a head on them reads. */
    public TaskHead.Summaries summaries() {
        return new TaskHead.Summaries(added.all().stream().mapToLong(Parameter::elements).sum());
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
