package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.model.Points;
import headroom.engine.model.ValuePoint;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.AddBias;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Biases at zero on the linear sites that have none. A model with biases of its own everywhere gets nothing. */
public final class BiasAdapter implements Adapter {
    private record Bias(Parameter vector) implements ValuePoint.Branch {
        @Override
        public List<Parameter> parameters() {
            return List.of(vector);
        }

        @Override
        public boolean readsInput() {
            return false;
        }

        @Override
        public Value apply(Pass pass, Value y, Value x) {
            return pass.apply(new AddBias(vector), y);
        }
    }

    private final AddedParameters added;
    private final Map<LinearSite, Bias> biases;

    private BiasAdapter(AddedParameters added, Map<LinearSite, Bias> biases) {
        this.added = added;
        this.biases = biases;
    }

    static BiasAdapter attach(Compute c, Model model, AdapterChoice.AddedBias choice, DType dtype, long seed) {
        AddedParameters added = new AddedParameters(c, dtype, seed);
        try {
            boolean all = choice.targets().contains("all");
            List<ValuePoint> wanted = all ? List.of() : Points.matching(model, ValuePoint.class, choice.targets());
            Map<LinearSite, Bias> biases = new LinkedHashMap<>();
            for (LinearSite site : model.sites()) {
                if (site.bias() == null && (all || wanted.contains(site.point()))) {
                    Bias b = new Bias(added.zeros(site.path() + ".added_bias", Parameter.Role.BIAS, site.out()));
                    site.attach(b);
                    biases.put(site, b);
                }
            }
            return new BiasAdapter(added, biases);
        } catch (RuntimeException e) {
            added.close();
            throw e;
        }
    }

    @Override
    public List<Parameter> parameters() {
        return added.all();
    }

    /** True if nothing had to be added: published layouts have biases on all linear sites of a family or on none. */
    @Override
    public boolean merges() {
        return biases.isEmpty();
    }

    @Override
    public Tensor merged(Compute c, LinearSite site, Tensor weight) {
        return weight;
    }

    @Override
    public Tensor mergedBias(Compute c, LinearSite site, Tensor bias) {
        Bias b = biases.get(site);
        return b == null ? bias : c.call(CoreKernels.CAST, b.vector.data(), (long) DType.F32.torchCode());
    }

    @Override
    public void close() {
        added.close();
    }
}
