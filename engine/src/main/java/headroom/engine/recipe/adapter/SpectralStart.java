package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.FactorKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.memory.Category;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.Storage;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.tape.ops.WeightSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * PiSSA's start (Meng et al., 2024): while a weight is loaded its leading singular part becomes the pair, s·B·A = U_r Σ_r V_rᵀ, and only what remains goes on to the storage.
 * So a quantised store codes the residual, whose range is narrower, and not the weight. The output is as before, and nothing is saved for it: a run that goes on takes the
 * weights apart again.
 */
public final class SpectralStart implements AutoCloseable {
    private record Pair(Tensor a, Tensor b) {
        void close() {
            a.close();
            b.close();
        }
    }

    private final AdapterChoice.LowRank choice;
    private final Map<String, Pair> pairs = new HashMap<>();

    private SpectralStart(AdapterChoice.LowRank choice) {
        this.choice = choice;
    }

    /** Takes nothing out unless the choice starts in the spectrum of the weights. */
    public static SpectralStart of(AdapterChoice choice) {
        return new SpectralStart(choice instanceof AdapterChoice.LowRank l && l.start() == AdapterChoice.Start.PISSA ? l : null);
    }

    /** The storage that stores residuals of target sites; the rest goes through. */
    public Storage over(Storage inner) {
        if (choice == null) {
            return inner;
        }
        return new Storage() {
            @Override
            public WeightSource store(Compute c, String path, long out, long in, Supplier<Tensor> dense) {
                return inner.store(c, path, out, in, Targets.match(choice.targets(), path) ? () -> residual(c, path, dense) : dense);
            }

            @Override
            public void begin(ModelConfig config) {
                inner.begin(config);
            }

            @Override
            public Tensor bias(Compute c, String site, Tensor whole) {
                return inner.bias(c, site, whole);
            }
        };
    }

    private Tensor residual(Compute c, String path, Supplier<Tensor> dense) {
        Tensor w = dense.get();
        try {
            int rank = choice.rankAt(path);
            long most = Math.min(w.dim(0), w.dim(1));
            if (rank > most) {
                throw new IllegalArgumentException("PiSSA of rank " + rank + " at " + path + ", a matrix of rank " + most + " at most; use a rank below that, or start at zero");
            }
            double s = choice.scaling().of(choice.alpha(), rank);
            Tensor[] factors = c.run(FactorKernels.SVD_PAIR, w, (long) rank, 1 / Math.sqrt(s));
            pairs.put(path, new Pair(factors[0].book(Category.ADAPTER, path + ".lora_a"), factors[1].book(Category.ADAPTER, path + ".lora_b")));
            c.apply(LinearKernels.LINEAR_DX_ACC, w, factors[1], factors[0], -s);
            return w;
        } catch (RuntimeException e) {
            w.close();
            throw e;
        }
    }

    /** A and B of a site, owned by the caller from now on. */
    Tensor[] take(String path) {
        Pair p = pairs.remove(path);
        if (p == null) {
            throw new IllegalStateException("no spectrum of " + path + " was taken while the model was loaded");
        }
        return new Tensor[] {p.a(), p.b()};
    }

    /** Frees what nobody took. */
    @Override
    public void close() {
        pairs.values().forEach(Pair::close);
        pairs.clear();
    }
}
