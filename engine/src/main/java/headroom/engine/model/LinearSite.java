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
    public interface Branch {
        List<Parameter> parameters();

        /** y [N, out], x [N, in] → y plus the branch; both values are read for the last time if they are marked so. */
        Value apply(Pass pass, Value y, Value x);
    }

    private final String path;
    private WeightSource weight;
    private final Parameter bias;
    private final List<Branch> branches = new ArrayList<>();

    /** @param bias may be null */
    public LinearSite(String path, WeightSource weight, Parameter bias) {
        this.path = path;
        this.weight = weight;
        this.bias = bias;
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

    public List<Branch> branches() {
        return List.copyOf(branches);
    }

    public void attach(Branch branch) {
        branches.add(branch);
    }

    /** Takes the branches off, e.g. to compare with the base model; they are not freed. */
    public List<Branch> detachAll() {
        List<Branch> were = List.copyOf(branches);
        branches.clear();
        return were;
    }

    /** Everything it could train. */
    public List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(weight.parameters());
        if (bias != null) {
            all.add(bias);
        }
        branches.forEach(b -> all.addAll(b.parameters()));
        return all;
    }

    /** x [N, in] → [N, out]; x is read for the last time if it is marked so. */
    public Value forward(Pass pass, Value x) {
        boolean last = x.takeLast();
        String before = pass.compute().within(path);
        Value y = pass.apply(new Linear(weight, bias), last && branches.isEmpty() ? x.last() : x);
        for (int i = 0; i < branches.size(); i++) {
            boolean lastReader = last && i == branches.size() - 1;
            y = branches.get(i).apply(pass, y.last(), lastReader ? x.last() : x);
        }
        pass.compute().within(before);
        return y;
    }
}
