package headroom.engine.recipe;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What several jobs on one base, or several clients of one server, can stand beside: one sentence per clash. */
final class JobRules {
    private JobRules() {}

    static void check(Recipe r, List<String> clashes) {
        if (r.run() instanceof RunChoice.CoTraining jobs) {
            if (r.adapter() instanceof AdapterChoice.SegmentedLowRank sets) {
                together(r, jobs, sets, clashes);
            } else {
                clashes.add("run CoTraining gives each job a set of LoRA pairs over its rows, and adapter " + Validator.name(r.adapter())
                        + (r.adapter() instanceof AdapterChoice.WeightNorm ? " changes the weight that all rows share" : " has no sets") + "; use adapter SegmentedLoRA, or run SinglePhase");
            }
        } else if (r.adapter() instanceof AdapterChoice.SegmentedLowRank sets) {
            clashes.add("adapter SegmentedLoRA has " + sets.sets().size() + " sets for the rows of as many jobs, and run " + Validator.name(r.run())
                    + " has one; use run CoTraining, or adapter LoRA");
        }
        if (r.run() instanceof RunChoice.FederatedRounds rounds) {
            federated(r, rounds, clashes);
        }
    }

    private static void together(Recipe r, RunChoice.CoTraining run, AdapterChoice.SegmentedLowRank adapter, List<String> clashes) {
        List<String> jobs = run.jobs().stream().map(RunChoice.CoTraining.Job::name).toList();
        List<String> sets = adapter.sets().stream().map(AdapterChoice.SegmentedLowRank.Member::name).toList();
        if (jobs.isEmpty() || !jobs.equals(sets)) {
            clashes.add("run CoTraining has jobs " + jobs + " and adapter SegmentedLoRA sets " + sets + "; give each job one set of its name, in the same order");
        }
        Set<String> seen = new HashSet<>();
        for (String name : sets) {
            if (name == null || name.isBlank() || name.indexOf('.') >= 0 || !seen.add(name)) {
                clashes.add("adapter SegmentedLoRA has a set called '" + name + "'; each needs a name of its own, without dots");
            }
        }
        for (AdapterChoice.SegmentedLowRank.Member m : adapter.sets()) {
            AdapterRules.pair(r, "LoRA set " + m.name(), m.pair(), clashes);
            if (m.pair().start() == AdapterChoice.Start.PISSA) {
                clashes.add("LoRA set " + m.name() + " with start PISSA takes a part out of weights that the other jobs share; use start ZERO, or train the job alone");
            }
        }
        for (RunChoice.CoTraining.Job j : run.jobs()) {
            if (j.rows() < 0 || j.shard() < -1 || j.shard() >= jobs.size()) {
                clashes.add("job " + j.name() + " with " + j.rows() + " rows and part " + j.shard() + " of " + jobs.size() + "; give at least 1 row, or 0 for the batch, and a part from 0, or -1 for all rows");
            }
        }
        shared(r, "run CoTraining", "jobs", clashes);
        if (r.optimizer().clip() instanceof OptimizerChoice.Clip.Global) {
            clashes.add("optimizer clip Global bounds the gradients of all jobs of run CoTraining together, so that one job would change the steps of another; use PerGroup, the norm of each job");
        }
        if (r.activations().saves() instanceof SavesChoice.CodedSaves c && c.codes().values().stream().anyMatch(SavesChoice.SampledRows.class::isInstance)) {
            clashes.add("SampledRows keep some rows of the whole batch, and run CoTraining has those of each job in their place; save whole, or in codes");
        }
    }

    private static void federated(Recipe r, RunChoice.FederatedRounds f, List<String> clashes) {
        if (f.clients() < 1 || f.localSteps() < 1 || !(f.evenness() >= 0)) {
            clashes.add("FederatedRounds of " + f.clients() + " clients with " + f.localSteps() + " local steps and evenness " + f.evenness()
                    + "; use at least 1 of each, and 0 for rows dealt in turn or a number above it");
        }
        if (!(r.adapter() instanceof AdapterChoice.LowRank l) || l.start() != AdapterChoice.Start.ZERO) {
            clashes.add("run FederatedRounds makes one LoRA of those of its clients, and adapter " + Validator.name(r.adapter())
                    + (r.adapter() instanceof AdapterChoice.LowRank ? " with start PISSA stands on weights of its own" : " has no pairs to average") + "; use adapter LoRA with start ZERO");
        }
        if (r.optimizer().lifecycle() instanceof OptimizerChoice.ResetState) {
            clashes.add("optimizer ResetState counts steps of the run, and run FederatedRounds starts state again with each client and round; use Keep");
        }
        shared(r, "run FederatedRounds", "clients", clashes);
    }

    private static void shared(Recipe r, String run, String who, List<String> clashes) {
        if (!(r.selector() instanceof SelectorChoice.AdapterOnly)) {
            clashes.add(run + " has one base for all " + who + ", and selector " + Validator.name(r.selector()) + " would train it; use AdapterOnly");
        }
        if (!(r.gradient() instanceof GradientChoice.Backprop)) {
            clashes.add(run + " wants gradients of each parameter, and gradient " + Validator.name(r.gradient()) + " makes one number of the losses of all " + who + "; use Backprop");
        }
    }
}
