package headroom.engine.recipe;

import headroom.engine.recipe.OptimizerChoice.AdamW;
import headroom.engine.recipe.OptimizerChoice.Adafactor;
import headroom.engine.recipe.OptimizerChoice.ApolloScaling;
import headroom.engine.recipe.OptimizerChoice.Clip;
import headroom.engine.recipe.OptimizerChoice.DropOnFreeze;
import headroom.engine.recipe.OptimizerChoice.Dynamic8State;
import headroom.engine.recipe.OptimizerChoice.Lion;
import headroom.engine.recipe.OptimizerChoice.LowRank;
import headroom.engine.recipe.OptimizerChoice.ResetState;
import headroom.engine.recipe.OptimizerChoice.Rule;
import headroom.engine.recipe.OptimizerChoice.Sgd;
import headroom.engine.recipe.OptimizerChoice.SignSgd;
import java.util.List;

/** What the parts of the optimizer slot can do together, and with the other slots. */
final class OptimizerRules {
    private OptimizerRules() {}

    static void check(Recipe r, List<String> clashes) {
        OptimizerChoice o = r.optimizer();
        estimates(r, clashes);
        rule(o.rule(), clashes);
        entryClocks(o, clashes);
        if (!(r.gradient() instanceof GradientChoice.TwoPointEstimate)) {
            subspace(o, clashes);
        }
        if (o.inBackward() && r.data().accumulate() > 1) {
            clashes.add("stepping in the backward pass and " + r.data().accumulate() + " accumulated micro-batches: a gradient is not complete before the last one; use accumulate 1, "
                    + "or step at the boundary");
        }
        if (o.inBackward() && o.clip() instanceof Clip.PerGroup) {
            clashes.add("stepping in the backward pass, and clip PerGroup needs the gradients of a whole group before the first of them is stepped; use PerTensor, or step at the boundary");
        }
        if (o.state() instanceof Dynamic8State && o.rule() instanceof Adafactor) {
            clashes.add("optimizer Dynamic8State codes moments in blocks, and those of Adafactor are factored already; use Float32State, or AdamW");
        }
        if (o.state() instanceof Dynamic8State d && (d.block() < 1 || d.from() < 0)) {
            clashes.add("Dynamic8State in blocks of " + d.block() + " from " + d.from() + " elements; a block has at least 1 element, 256 as a rule");
        }
        lifecycle(o, clashes);
        if (o.clip().limit() < 0) {
            clashes.add("gradients clipped at " + o.clip().limit() + "; the bound must not be negative, 0 clips nothing");
        }
        o.groups().forEach((name, group) -> {
            if (group.clip() instanceof Clip.Global) {
                clashes.add("group " + name + " clips by the norm of all gradients, which is no matter of one group; use Value or PerTensor for the group, or Global for the optimizer");
            }
            if (!(group.rate() >= 0)) {
                clashes.add("group " + name + " at " + group.rate() + " times the rate; the factor must not be negative");
            }
        });
    }

    private static void estimates(Recipe r, List<String> clashes) {
        OptimizerChoice o = r.optimizer();
        if (!(r.gradient() instanceof GradientChoice.TwoPointEstimate)) {
            return;
        }
        if (!(o.rule() instanceof Sgd)) {
            clashes.add("gradient TwoPointEstimate has no gradient tensor for " + name(o.rule()) + "; use Sgd");
        } else if (((Sgd) o.rule()).momentum() > 0) {
            clashes.add("gradient TwoPointEstimate stores no direction, and Sgd with momentum " + ((Sgd) o.rule()).momentum() + " would have to; use momentum 0");
        }
        if (o.subspace() instanceof LowRank) {
            clashes.add("optimizer LowRankSubspace projects gradient matrices, and TwoPointEstimate makes none; use FullSpace");
        }
        if (o.inBackward()) {
            clashes.add("stepping in the backward pass, and gradient TwoPointEstimate has no backward pass; step at the boundary");
        }
    }

    private static void rule(Rule rule, List<String> clashes) {
        switch (rule) {
            case AdamW a -> adam(a, clashes);
            case ApolloScaling a -> {
                adam(a.adam(), clashes);
                if (!(a.growth() >= 1)) {
                    clashes.add("ApolloScaling with a growth bound of " + a.growth() + " would shrink every gradient to nothing; use at least 1, as a rule 1.01");
                }
            }
            case Sgd s -> {
                if (!(s.momentum() >= 0 && s.momentum() < 1)) {
                    clashes.add("Sgd with momentum " + s.momentum() + "; expected from 0 to below 1");
                } else if (s.nesterov() && s.momentum() == 0) {
                    clashes.add("Sgd with Nesterov steps and momentum 0: there is nothing to look ahead by; set a momentum, or nesterov off");
                }
            }
            case Lion l -> betas("Lion", l.beta1(), l.beta2(), clashes);
            case Adafactor a -> betas("Adafactor", a.beta1(), 0, clashes);
            case SignSgd _ -> { }
        }
        if (rule.decay() < 0) {
            clashes.add("weight decay " + rule.decay() + " makes weights grow; use 0 or more");
        }
    }

    private static void entryClocks(OptimizerChoice o, List<String> clashes) {
        AdamW adam = o.rule() instanceof AdamW a ? a : o.rule() instanceof ApolloScaling s ? s.adam() : null;
        if (adam == null || !adam.entryClocks()) {
            return;
        }
        if (o.state() instanceof Dynamic8State) {
            clashes.add("AdamW with a clock for each entry, and Dynamic8State codes entries in blocks; use Float32State, or one clock for a tensor");
        }
        if (o.subspace() instanceof LowRank) {
            clashes.add("AdamW with a clock for each entry, and a LowRankSubspace has no entries of the weight; use FullSpace, or one clock for a tensor");
        }
    }

    private static void adam(AdamW a, List<String> clashes) {
        betas("AdamW", a.beta1(), a.beta2(), clashes);
    }

    private static void betas(String rule, double beta1, double beta2, List<String> clashes) {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
            clashes.add(rule + " with β₁ " + beta1 + " and β₂ " + beta2 + "; each must be from 0 to below 1");
        }
    }

    private static void subspace(OptimizerChoice o, List<String> clashes) {
        if (!(o.subspace() instanceof LowRank l)) {
            if (o.rule() instanceof ApolloScaling) {
                clashes.add("ApolloScaling reads a sketch of the gradient, and FullSpace makes none; use a LowRankSubspace, or AdamW");
            }
            return;
        }
        if (l.rank() < 1 || l.refresh() < 1) {
            clashes.add("a subspace of rank " + l.rank() + " renewed every " + l.refresh() + " steps; use at least 1 of each");
        }
        if (o.rule() instanceof Adafactor) {
            clashes.add("a LowRankSubspace shrinks moments, and those of Adafactor are factored already; use AdamW, or FullSpace");
        }
        if (o.rule() instanceof SignSgd || o.rule() instanceof Sgd s && s.momentum() == 0) {
            clashes.add("a LowRankSubspace shrinks moments, and " + name(o.rule()) + " has none; use AdamW");
        }
    }

    private static void lifecycle(OptimizerChoice o, List<String> clashes) {
        if (o.lifecycle() instanceof ResetState s && (s.every() < 1 || s.rewarm() < 0 || s.rewarm() > s.every())) {
            clashes.add("ResetState every " + s.every() + " steps with the rate rising over " + s.rewarm() + "; reset at most every step, and let the rate be up before the next");
        }
        if (o.lifecycle() instanceof DropOnFreeze d && d.resetEvery() < 0) {
            clashes.add("DropOnFreeze beginning again every " + d.resetEvery() + " steps; use 0 for never");
        }
    }

    private static String name(Object choice) {
        return choice.getClass().getSimpleName();
    }
}
