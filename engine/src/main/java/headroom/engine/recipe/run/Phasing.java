package headroom.engine.recipe.run;

import headroom.engine.compute.Tensor;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.State;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.gradient.GradientStep;
import headroom.engine.recipe.gradient.MeasurePass;
import headroom.engine.recipe.optimizer.GradientObserver;
import headroom.engine.recipe.optimizer.Optimizer;
import headroom.engine.recipe.selector.Selector;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * The run slot at work: has the selector, the optimizer and the gradient step of the phase that a step belongs to, hands over at the borders, and does what is due between steps.
 * One step goes: examples → trainables → forward → backward → observe → clip → step → observe → what is due → log → checkpoint; this class does it from the second to the ninth.
 */
public final class Phasing implements AutoCloseable {
    private static final String PHASE = "run.phase";

    private final Course course;
    private final Function<SelectorChoice, Selector> selectors;
    private final Function<Course.Leg, Optimizer> optimizers;
    private final Function<Optimizer, GradientStep> gradients;
    private final MeasurePass measure;
    private final FisherPass fisher;
    private final Federation federation;
    private Course.Leg leg;
    private Selector selector;
    private Optimizer optimizer;
    private GradientStep gradient;
    private boolean prepared;

    /**
     * @param selectors makes the selector of a choice
     * @param optimizers makes the optimizer of a phase
     * @param gradients makes the gradient step that feeds an optimizer
     * @param measure looks at gradients before the first step
     * @param fisher shows an adapter what it starts from, or null
     * @param federation server and clients, or null
     */
    public Phasing(
            Course course, Function<SelectorChoice, Selector> selectors, Function<Course.Leg, Optimizer> optimizers, Function<Optimizer, GradientStep> gradients, MeasurePass measure,
            FisherPass fisher, Federation federation) {
        this.course = course;
        this.selectors = selectors;
        this.optimizers = optimizers;
        this.gradients = gradients;
        this.measure = measure;
        this.fisher = fisher;
        this.federation = federation;
        this.prepared = course.preparing() == 0;
        enter(course.legs().getFirst());
    }

    /** What comes before the first step, on one of the batches that it takes. With the last one the selector chooses, or the adapter starts. */
    public void prepare(long number, List<DeviceBatch> microBatches) {
        if (fisher == null) {
            measure.run(number, selector.measured(), selector.measure(), microBatches);
        } else {
            fisher.see(number, microBatches);
        }
        if (number == course.preparing() - 1) {
            if (fisher != null) {
                fisher.adapter().begin();
            }
            selector.at(0);
            prepared = true;
        }
    }

    /** One training step over its micro-batches. Without a preparation that should have been, it prepares itself on what it is given. */
    public GradientStep.Outcome step(long step, List<DeviceBatch> microBatches) {
        for (int i = 0; !prepared; i++) {
            prepare(i, microBatches);
        }
        enter(course.at(step));
        Course.Turn turn = course.turn(step);
        if (turn != null && turn.begins()) {
            federation.begins(turn.client());
            // a client is a machine of its own, and what it had of state in a round before belongs to other factors
            selector.at(step).parameters().forEach(optimizer::drop);
        }
        GradientStep.Outcome outcome = gradient.run(step, selector.at(step), microBatches);
        if (turn != null && turn.ends()) {
            federation.ends(turn.client());
        }
        if (turn != null && turn.endsRound()) {
            federation.average();
        }
        for (RunChoice.Action action : course.after(step)) {
            switch (action) {
                case RESET_OPTIMIZER -> optimizer.reset(p -> true);
                // chosen at once, and state follows at once, so that a checkpoint between two steps holds both
                case SELECT_AGAIN -> {
                    selector.forget();
                    optimizer.follow(selector.at(step + 1));
                }
            }
        }
        return outcome;
    }

    /** What trains at a step of the phase that is under way. */
    public Trainables trainables(long step) {
        enter(course.at(step));
        return selector.at(step);
    }

    private void enter(Course.Leg next) {
        if (leg != null && leg.index() == next.index()) {
            return;
        }
        if (leg == null || next.choosesAnew() || leg.choosesAnew()) {
            closeSelector();
            selector = selectors.apply(next.selector());
        }
        if (leg == null || next.ownSchedule() || leg.ownSchedule()) {
            Optimizer before = optimizer;
            optimizer = optimizers.apply(next);
            optimizer.paced(course::place);
            optimizer.observe(new ToSelector());
            if (before != null) {
                if (next.handOff() == RunChoice.HandOff.EVERYTHING) {
                    optimizer.takeOver(before);
                }
                before.close();
            }
            gradient = gradients.apply(optimizer);
        } else if (next.handOff() == RunChoice.HandOff.MODEL) {
            optimizer.reset(p -> true);
        }
        leg = next;
    }

    /** Shows the gradients of an optimizer to the selector that is at work. */
    private final class ToSelector implements GradientObserver {
        @Override
        public void beforeStep(Parameter p, Tensor gradient) {
            selector.beforeStep(p, gradient);
        }

        @Override
        public void afterStep(Parameter p, Tensor gradient) {
            selector.afterStep(p, gradient);
        }

        @Override
        public void boundary(long step) {
            selector.boundary(step);
        }
    }

    public Course course() {
        return course;
    }

    public Optimizer optimizer() {
        return optimizer;
    }

    /** The devices of a federation with what went over their links, or null. */
    public Workers workers() {
        return federation == null ? null : federation.workers();
    }

    /** Tells how many rows each client of a federation has. */
    public void weigh(List<Integer> rows) {
        if (federation != null) {
            federation.weigh(rows);
        }
    }

    public void save(State.Writer w) {
        if (course.legs().size() > 1) {
            w.number(PHASE, leg.index());
        }
        selector.save(w);
        optimizer.save(w);
        if (federation != null) {
            federation.save(w);
        }
    }

    /** Goes straight to the phase of the checkpoint. */
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        if (course.legs().size() > 1) {
            enter(course.legs().get((int) r.number(PHASE)));
        }
        selector.restore(r, parameters);
        prepared = true;
        optimizer.adopt(selector.current());
        optimizer.restore(r, parameters);
        if (federation != null) {
            federation.restore(r, parameters);
        }
    }

    private void closeSelector() {
        if (selector != null) {
            selector.close();
        }
    }

    @Override
    public void close() {
        if (federation != null) {
            federation.close();
        }
        optimizer.close();
        closeSelector();
    }
}
