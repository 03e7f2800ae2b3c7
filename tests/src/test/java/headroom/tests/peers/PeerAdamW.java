package headroom.tests.peers;

import ai.djl.pytorch.engine.PtNDArray;
import headroom.engine.compute.DType;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;

/** The state of AdamW as the recipe wants it: moments, and float32 copies of bf16 weights where it keeps such. */
final class PeerAdamW {
    private final OptimizerChoice choice;
    private final OptimizerChoice.AdamW rule;
    private final List<PtNDArray> trained;
    private final List<PtNDArray> masters = new ArrayList<>();
    private final List<PtNDArray> first = new ArrayList<>();
    private final List<PtNDArray> second = new ArrayList<>();
    private final double[] decays;

    /** @throws IllegalArgumentException if the recipe's optimizer is another one */
    PeerAdamW(PeerModule m, Recipe recipe, PeerStart start, List<String> paths) {
        choice = recipe.optimizer();
        if (!(choice.rule() instanceof OptimizerChoice.AdamW adamW)) {
            throw new IllegalArgumentException("the peer steps by AdamW only, not by " + choice.rule());
        }
        rule = adamW;
        trained = paths.stream().map(start::get).toList();
        decays = paths.stream().mapToDouble(p -> start.decays(p) ? rule.decay() : 0).toArray();
        DType moments = choice.state() instanceof OptimizerChoice.Bf16State ? DType.BF16 : DType.F32;
        boolean copies = choice.master() && recipe.compute().dtype() == DType.BF16;
        for (PtNDArray w : trained) {
            first.add(m.tensor("zeros_like", w, (long) moments.torchCode()));
            second.add(m.tensor("zeros_like", w, (long) moments.torchCode()));
            if (copies) {
                masters.add(m.tensor("cast", w, (long) DType.F32.torchCode()));
            }
        }
        m.apply("train", trained);
    }

    List<PtNDArray> trained() {
        return trained;
    }

    List<PtNDArray> masters() {
        return masters;
    }

    List<PtNDArray> first() {
        return first;
    }

    List<PtNDArray> second() {
        return second;
    }

    double[] decays() {
        return decays;
    }

    /** η, β₁, β₂, ε, 1 − β₁ᵗ, √(1 − β₂ᵗ) and the bound of the gradient's norm at a step. */
    double[] rates(long step) {
        double rate = choice.schedule().at(step, Workload.STEPS);
        return new double[] {rate, rule.beta1(), rule.beta2(), rule.epsilon(), 1 - Math.pow(rule.beta1(), step + 1), Math.sqrt(1 - Math.pow(rule.beta2(), step + 1)), choice.clip().limit()};
    }
}
