package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.tape.Parameter;
import java.util.List;
import java.util.function.Predicate;

/** What is done with one gradient. A rule neither knows how its state is coded nor where it lies, nor whether the weight is the model's, a master copy or a point in a subspace. */
interface UpdateRule {
    /**
     * One update.
     *
     * @param weight is stepped in place
     * @param gradient of the weight's shape, borrowed; may be overwritten
     * @param rate η
     * @param decay λ, 0 for what is not decayed
     * @param rounded is written with the stepped weight by a rule that {@link #rounds()}; null if nothing is
     */
    record Update(Compute compute, Codec codec, Parameter parameter, ParameterState state, Tensor weight, Tensor gradient, double rate, double decay, Tensor rounded) {
        Update(Compute compute, Codec codec, Parameter parameter, ParameterState state, Tensor weight, Tensor gradient, double rate, double decay) {
            this(compute, codec, parameter, state, weight, gradient, rate, decay, null);
        }

        /** Steps of this parameter, 1 in the first. */
        long clock() {
            return state.clock();
        }

        Shape shape() {
            return gradient.shape();
        }

        /** A moment of the gradient's shape, zeros at first. */
        Slot moment(String name) {
            return state.moment(name, shape());
        }

        /** Calls an update kernel (w, g, moments…, numbers…) whatever form the moments have. */
        void apply(Kernel kernel, List<Slot> moments, Object... numbers) {
            codec.apply(kernel, weight, gradient, moments, numbers);
        }

        /** The same state stepping another weight along another gradient. */
        Update of(Tensor w, Tensor g, double r, double d) {
            return new Update(compute, codec, parameter, state, w, g, r, d);
        }
    }

    void step(Update u);

    /** True if its kernel for moments that are not coded can write the stepped weight in another type too. */
    default boolean rounds() {
        return false;
    }

    /** Names of the moments it keeps. */
    default List<String> moments() {
        return List.of();
    }

    /**
     * @param projected which parameters a subspace applies to
     * @param seed of the run, for keyed subspaces
     */
    static UpdateRule of(OptimizerChoice choice, Predicate<Parameter> projected, long seed) {
        UpdateRule rule = switch (choice.rule()) {
            case OptimizerChoice.AdamW a -> new AdamWRule(a);
            case OptimizerChoice.Sgd s -> new SgdRule(s);
            case OptimizerChoice.SignSgd s -> new SignSgdRule();
            case OptimizerChoice.Lion l -> new LionRule(l);
            case OptimizerChoice.Adafactor a -> new AdafactorRule(a);
            case OptimizerChoice.ApolloScaling a -> new AdamWRule(a.adam());
        };
        if (!(choice.subspace() instanceof OptimizerChoice.LowRank low)) {
            return rule;
        }
        Basis.Source bases = new Basis.Renewed(low, projected, seed);
        return choice.rule() instanceof OptimizerChoice.ApolloScaling a ? new ApolloRule(a, rule, bases) : new ProjectedRule(rule, bases);
    }
}
