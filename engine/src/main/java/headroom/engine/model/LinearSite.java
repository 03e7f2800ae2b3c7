package headroom.engine.model;

import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Linear;
import headroom.engine.tape.ops.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear layer with a path: the point where a weight store is put in, and where adapters attach branches. Its effective function is base plus branches, in order of
 * attachment.
 */
public final class LinearSite {
    /** Something added to a site's output that reads the site's input. */
    public interface Branch extends ValuePoint.Branch {}

    private final String path;
    private WeightSource weight;
    private final Parameter bias;
    private final ValuePoint point;
    private ValuePoint input;

    /** @param bias may be null */
    public LinearSite(String path, WeightSource weight, Parameter bias) {
        this.path = path;
        this.weight = weight;
        this.bias = bias;
        this.point = new ValuePoint(path, ValuePoint.Kind.SITE, weight.out());
    }

    public String path() {
        return path;
    }

    public WeightSource weight() {
        return weight;
    }

    public Parameter bias() {
        return bias;
    }

    public long in() {
        return weight.in();
    }

    public long out() {
        return weight.out();
    }

    /** Where branches attach: its output, with its input. */
    public ValuePoint point() {
        return point;
    }

    /** The point whose value this site alone reads, or null: the activations of a feed-forward layer before its last site. */
    public ValuePoint input() {
        return input;
    }

    void readsFrom(ValuePoint p) {
        input = p;
    }

    public List<ValuePoint.Branch> branches() {
        return point.branches();
    }

    public void attach(ValuePoint.Branch branch) {
        point.attach(branch);
    }

    /** Everything it could train. */
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(weight.parameters());
        if (bias != null) {
            all.add(bias);
        }
        all.addAll(point.parameters());
        return all;
    }

    /** x [N, in] → [N, out]; x is read for the last time if it is marked so. */
    public Value forward(Pass pass, Value x) {
        boolean last = x.takeLast();
        boolean again = point.readsInput(pass);
        String before = pass.compute().within(path);
        Value y = pass.apply(new Linear(weight, bias), last && !again ? x.last() : x);
        y = point.through(pass, y.last(), last && again ? x.last() : x);
        y.takeLast();
        pass.compute().within(before);
        return y;
    }
}
