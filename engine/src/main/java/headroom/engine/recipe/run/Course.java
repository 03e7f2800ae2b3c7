package headroom.engine.recipe.run;

import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SelectorChoice;
import java.util.ArrayList;
import java.util.List;

/**
 * The run slot laid out over the steps of a run: which phase a step belongs to, what is in force in it, and what is due after it. A function of recipe and number of steps, so a
 * resumed run is in the right phase without having been in the ones before.
 */
public final class Course {
    /**
     * A phase with everything that the recipe leaves to it filled in.
     *
     * @param from first step
     * @param to one past the last step
     * @param choosesAnew true if it has a selector of its own, which chooses when the phase begins; after it the recipe's own begins anew
     * @param ownSchedule true if it has an optimizer of its own, whose schedule runs over this phase and not over the run; after it the recipe's own goes on where the run is
     */
    public record Leg(
            int index, String name, long from, long to, SelectorChoice selector, boolean choosesAnew, OptimizerChoice optimizer, boolean ownSchedule, RunChoice.DataOrder order,
            RunChoice.HandOff handOff) {}

    private final List<Leg> legs = new ArrayList<>();
    private final List<RunChoice.Every> every;
    private final RunChoice.Prepare prepare;
    private final RunChoice.FederatedRounds rounds;
    private final long total;
    private int loops = 1;

    public Course(Recipe recipe, long totalSteps) {
        total = totalSteps;
        rounds = recipe.run() instanceof RunChoice.FederatedRounds f ? f : null;
        switch (recipe.run()) {
            case RunChoice.SinglePhase _, RunChoice.CoTraining _, RunChoice.FederatedRounds _ -> {
                every = List.of();
                prepare = null;
                legs.add(new Leg(0, "Train", 0, totalSteps, recipe.selector(), false, recipe.optimizer(), false, RunChoice.DataOrder.CONTINUE, RunChoice.HandOff.EVERYTHING));
            }
            case RunChoice.Phases p -> {
                every = p.every();
                prepare = p.prepare();
                loops = Math.max(1, p.rounds());
                for (int r = 0; r < loops; r++) {
                    lay(recipe, p, r);
                }
            }
        }
    }

    /** The phases of one round, one after another in its part of the run. */
    private void lay(Recipe recipe, RunChoice.Phases p, int round) {
        long from = total * round / loops;
        long end = total * (round + 1) / loops;
        long length = end - from;
        long begin = from;
        double share = 0;
        for (int i = 0; i < p.phases().size(); i++) {
            RunChoice.Phase f = p.phases().get(i);
            share += f.share();
            boolean last = i == p.phases().size() - 1;
            long to = last ? Math.max(from, end) : Math.max(from, f.steps() > 0 ? from + f.steps() : begin + Math.round(share * length));
            to = loops > 1 ? Math.min(to, end) : to;
            legs.add(new Leg(legs.size(), loops == 1 ? f.name() : f.name() + " of round " + (round + 1), from, to, f.selector() == null ? recipe.selector() : f.selector(), f.selector() != null,
                    f.optimizer() == null ? recipe.optimizer() : f.optimizer(), f.optimizer() != null, f.order(), f.handOff()));
            from = to;
        }
    }

    /** The phases that differ in what they book: those of the first two rounds, since a third finds what the second found. */
    public List<Leg> kinds() {
        return loops <= 2 ? legs() : List.copyOf(legs.subList(0, 2 * (legs.size() / loops)));
    }

    public List<Leg> legs() {
        return List.copyOf(legs);
    }

    /** Batches that are taken before the first step. */
    public int preparing() {
        return prepare == null ? 0 : prepare.batches();
    }

    /** The phase of a step. Steps beyond the run belong to the last phase. */
    public Leg at(long step) {
        for (Leg l : legs) {
            if (step < l.to()) {
                return l;
            }
        }
        return legs.getLast();
    }

    /** True if the data begin again with a step. */
    public boolean restartsDataAt(long step) {
        Leg l = at(step);
        return l.index() > 0 && step == l.from() && l.order() == RunChoice.DataOrder.RESTART;
    }

    /** What is due once a step is done, in the order of the recipe. */
    public List<RunChoice.Action> after(long step) {
        List<RunChoice.Action> due = new ArrayList<>();
        for (RunChoice.Every e : every) {
            long done = switch (e.clock()) {
                case STEP -> step + 1;
                case PHASE_STEP -> step + 1 - at(step).from();
                case ROUND -> roundsDone(step + 1);
            };
            if (done > 0 && done % e.period() == 0) {
                due.add(e.action());
            }
        }
        return due;
    }

    /** Rounds that are over with exactly so many steps; 0 within a round. */
    private long roundsDone(long steps) {
        for (int r = 1; r <= loops; r++) {
            if (total * r / loops == steps) {
                return r;
            }
        }
        return 0;
    }

    /** A place in the rounds of a federation. */
    public record Turn(long round, int client, int local, boolean begins, boolean ends, boolean endsRound) {}

    /** Where a step lies in the rounds of a federation, or null if there are none. The run's last step ends its turn and its round, however far they are. */
    public Turn turn(long step) {
        if (rounds == null) {
            return null;
        }
        long each = rounds.localSteps();
        long round = each * rounds.clients();
        boolean last = step + 1 == total;
        return new Turn(step / round, (int) (step / each % rounds.clients()), (int) (step % each), step % each == 0, (step + 1) % each == 0 || last, (step + 1) % round == 0 || last);
    }

    /** True if after so many steps the model is that of the run, and not one that a client is at. */
    public boolean settled(long done) {
        return rounds == null || done == 0 || turn(done - 1).endsRound();
    }

    /** Steps that one after another lead to the end: those of one client of a federation, all of them otherwise. A schedule runs over these. */
    public long inRow() {
        return rounds == null ? total : Math.ceilDiv(total, (long) rounds.localSteps() * rounds.clients()) * rounds.localSteps();
    }

    /** The place of a step among {@link #inRow()}: clients of one round have the same places. */
    public long place(long step) {
        Turn t = turn(step);
        return t == null ? step : t.round() * rounds.localSteps() + t.local();
    }

    /** Steps with the same mark book the same on behalf of the run: of each phase its first step, its other ones, and those beside which something is due. */
    public long mark(long step) {
        Turn t = turn(step);
        if (t != null) {
            return 16L * t.client() + (step == 0 ? 8 : 0) + (t.begins() ? 4 : 0) + (t.ends() ? 2 : 0) + (t.endsRound() ? 1 : 0);
        }
        Leg l = at(step);
        int each = legs.size() / loops;
        return 8L * (l.index() < each ? l.index() : each + l.index() % each) + (step == l.from() ? 4 : 0) + (after(step).isEmpty() ? 0 : 2) + (step == 0 || after(step - 1).isEmpty() ? 0 : 1);
    }
}
