package headroom.engine.recipe;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.data.Batch;
import headroom.engine.memory.Category;
import headroom.engine.model.Model;
import headroom.engine.model.Storage;
import headroom.engine.model.TaskHead;
import headroom.engine.recipe.activations.Keepers;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.adapter.LowRankAdapter;
import headroom.engine.recipe.adapter.QueryAdapter;
import headroom.engine.recipe.adapter.SpectralStart;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.recipe.gradient.BackpropStep;
import headroom.engine.recipe.gradient.GradientStep;
import headroom.engine.recipe.gradient.MeasurePass;
import headroom.engine.recipe.gradient.SplitStep;
import headroom.engine.recipe.gradient.TwoPointStep;
import headroom.engine.recipe.optimizer.Optimizer;
import headroom.engine.recipe.run.Course;
import headroom.engine.recipe.run.Federation;
import headroom.engine.recipe.run.FisherPass;
import headroom.engine.recipe.run.Phasing;
import headroom.engine.recipe.run.Workers;
import headroom.engine.recipe.selector.Selector;
import headroom.engine.recipe.weights.WeightStores;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.DenseWeight;
import headroom.engine.tape.stack.CheckpointedStack;
import headroom.engine.tape.stack.ReversibleStack;
import headroom.engine.tape.stack.SideStack;
import headroom.engine.tape.stack.StackDriver;
import headroom.engine.tape.stack.TokenSubsetStack;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A recipe put together on a machine: the one program that trains and that is planned. On a {@link headroom.engine.compute.TorchCompute} its steps compute; on a
 * {@link headroom.engine.compute.DryCompute} the same calls only book.
 */
public final class Assembly implements AutoCloseable {
    /** Makes the base model with the storage that the weights slot chose. */
    @FunctionalInterface
    public interface ModelMaker {
        Model make(Compute c, DType dtype, Storage storage);
    }

    /** What is learned: classes of rows, or the next token. */
    public sealed interface Task {
        /** @param classes number of labels, at least 2 */
        record Classification(int classes) implements Task {}

        record LanguageModelling() implements Task {}
    }

    private final Compute compute;
    private final Recipe recipe;
    private final WeightStores stores;
    private final Model model;
    private final Adapter adapter;
    private final TaskHead head;
    private final Objective objective;
    private final Decisions decisions;
    private final Phasing phasing;
    private final StackDriver driver;

    /**
     * Builds everything. Nothing stays booked if it fails.
     *
     * @throws IllegalArgumentException if the recipe does not fit together or does not fit the model
     */
    public Assembly(Compute compute, Recipe recipe, ModelMaker maker, Task task, long seed, long totalSteps) {
        this(compute, recipe, maker, task, seed, totalSteps, null, List.of());
    }

    /** @param recorded sizes that depend on data and weights, as a run recorded them; a dry run takes them in place of assumptions */
    public Assembly(Compute compute, Recipe recipe, ModelMaker maker, Task task, long seed, long totalSteps, Collection<Decision> recorded) {
        this(compute, recipe, maker, task, seed, totalSteps, null, recorded);
    }

    /** @param given the checkpoints to take, or null to look for them where the recipe wants some */
    Assembly(Compute compute, Recipe recipe, ModelMaker maker, Task task, long seed, long totalSteps, CheckpointedStack given) {
        this(compute, recipe, maker, task, seed, totalSteps, given, List.of());
    }

    private Assembly(Compute compute, Recipe recipe, ModelMaker maker, Task task, long seed, long totalSteps, CheckpointedStack given, Collection<Decision> recorded) {
        this.compute = compute;
        decisions = new Decisions(recorded);
        this.recipe = recipe;
        List<AutoCloseable> made = new ArrayList<>();
        try (SpectralStart start = SpectralStart.of(recipe.adapter())) {
            compute.ledger().during("load weights", "");
            DType dtype = recipe.compute().dtype();
            stores = keep(made, WeightStores.open(compute, recipe.weights(), dtype, seed));
            model = keep(made, maker.make(compute, dtype, start.over(stores)));
            Validator.require(recipe, model.config());
            Validator.require(recipe, task);
            compute.ledger().during("attach adapter", "");
            adapter = Adapter.attach(compute, model, recipe.adapter(), start, dtype, seed);
            if (adapter != null) {
                made.add(adapter);
            }
            head = task instanceof Task.Classification c ? keep(made, head(c.classes(), dtype, seed)) : null;
            if (head == null && model.head() == null) {
                throw new IllegalArgumentException("an encoder has no language-model head; choose labelled data, or a decoder");
            }
            ActivationsChoice.Loss form = recipe.activations().loss();
            objective = head == null ? new Objective.TokenLoss(model, form) : new Objective.LabelLoss(model, head, form);
            objective.check();
            List<Parameter> added = new ArrayList<>();
            if (adapter != null) {
                added.addAll(adapter.parameters());
            }
            if (head != null) {
                added.addAll(head.parameters());
            }
            Set<Parameter> matrices = Collections.newSetFromMap(new IdentityHashMap<>());
            model.sites().forEach(s -> {
                if (s.weight() instanceof DenseWeight d) {
                    matrices.add(d.parameter());
                }
            });
            Predicate<Parameter> projected = matrices::contains;
            driver = switch (recipe.activations()) {
                case ActivationsChoice.BlockCheckpoint b when given != null -> given;
                case ActivationsChoice.BlockCheckpoint b -> {
                    CheckpointSearch.Found found = new CheckpointSearch(recipe, b, maker, task, seed, totalSteps).among(model.config());
                    decisions.add(found.decisions());
                    yield found.stack();
                }
                case ActivationsChoice.ReversibleStreams r -> new ReversibleStack(r.wiring(), r.lambda(), r.beta(), r.every());
                case ActivationsChoice.TokenSubset t -> new TokenSubsetStack(t.kept(), t.tokens(), t.from(), t.whole(), t.choosing());
                case ActivationsChoice.UntapedBlocks u -> new SideStack();
                case ActivationsChoice.KeepNeeded k -> StackDriver.PLAIN;
                case ActivationsChoice.ForwardOnly f -> StackDriver.PLAIN;
            };
            Course course = new Course(recipe, totalSteps);
            phasing = new Phasing(course, choice -> Selector.of(compute, choice, model, adapter, added, seed, totalSteps, decisions),
                    leg -> new Optimizer(compute, leg.optimizer(), projected, leg.ownSchedule() ? leg.from() : 0, leg.ownSchedule() ? leg.to() - leg.from() : course.inRow(), seed),
                    optimizer -> gradient(optimizer, seed), new MeasurePass(compute, objective, driver, Keepers.of(compute, recipe.activations().saves()), seed),
                    adapter == null || adapter.scores() == null ? null
                            : new FisherPass(new MeasurePass(compute, objective, StackDriver.PLAIN, Keepers.of(compute, recipe.activations().saves()), seed), adapter),
                    recipe.run() instanceof RunChoice.FederatedRounds f ? new Federation(compute, f, added, ((LowRankAdapter) adapter).pairs()) : null);
        } catch (RuntimeException e) {
            for (AutoCloseable a : made.reversed()) {
                try {
                    a.close();
                } catch (Exception inner) {
                    e.addSuppressed(inner);
                }
            }
            throw e;
        }
    }

    private GradientStep gradient(Optimizer optimizer, long seed) {
        return switch (recipe.gradient()) {
            case GradientChoice.Backprop b -> new BackpropStep(compute, objective, driver, Keepers.of(compute, recipe.activations().saves()), optimizer, adapter == null ? List.of() : adapter.penalties(), seed);
            case GradientChoice.TwoPointEstimate t -> new TwoPointStep(compute, objective, t, optimizer, seed);
            case GradientChoice.SplitEstimate s -> SplitStep.of(compute, objective, s, model, driver, Keepers.of(compute, recipe.activations().saves()), optimizer, seed);
        };
    }

    /** A head for the task; one for each set of an adapter whose rows are of several jobs. */
    private TaskHead head(int classes, DType dtype, long seed) {
        if (recipe.adapter() instanceof AdapterChoice.SegmentedLowRank s) {
            return TaskHead.create(compute, model.config(), classes, dtype, features(), s.sets().stream().map(m -> new TaskHead.Set(m.name(), seed + m.seed())).toList());
        }
        if (adapter instanceof QueryAdapter q) {
            return TaskHead.create(compute, model.config(), classes, dtype, seed, q.summaries());
        }
        return TaskHead.create(compute, model.config(), classes, dtype, seed, features());
    }

    /** P-tuning v2 asks a classifier for the first token. */
    private TaskHead.Features features() {
        boolean first = recipe.adapter() instanceof AdapterChoice.PrefixKv p && p.firstToken() && model.config().family().isEncoder();
        return first ? TaskHead.Features.FIRST : TaskHead.Features.standard(model.config());
    }

    private static <T extends AutoCloseable> T keep(List<AutoCloseable> made, T t) {
        made.add(t);
        return t;
    }

    /** What comes before the first step, on the batch of a number below {@code course().preparing()}; the batch stays the caller's. */
    public void prepare(long number, List<DeviceBatch> microBatches) {
        phasing.prepare(number, microBatches);
    }

    /** One training step over its micro-batches, which stay the caller's. */
    public GradientStep.Outcome step(long step, List<DeviceBatch> microBatches) {
        return phasing.step(step, microBatches);
    }

    /**
     * Lets the adapter set of one of several jobs answer from now on.
     *
     * @throws IllegalArgumentException if there is no such set; the message lists those there are
     */
    public void answer(String set) {
        if (adapter == null) {
            throw new IllegalArgumentException("no adapter set '" + set + "'; there is no adapter");
        }
        adapter.answer(set);
        if (head != null) {
            head.answer(adapter.sets().indexOf(set));
        }
    }

    /** Logits of a batch's units [M, classes] without a tape; the caller releases the value. */
    public Value logits(DeviceBatch batch) {
        return objective.logits(Pass.untaped(compute), driver, batch);
    }

    /**
     * Steps with the same mark do the same bookings for the same shapes: the first step makes the optimizer's state, a layer draw changes what trains, a basis is renewed
     * now and then. A rehearsal needs one step of each mark.
     */
    public long mark(long step) {
        if (step < 0) {
            return step;
        }
        Course.Leg leg = course().at(step);
        OptimizerChoice optimizer = leg.optimizer();
        long mark = Selector.mark(leg.selector(), step);
        long age = step;
        if (optimizer.lifecycle() instanceof OptimizerChoice.ResetState r) {
            age = step % r.every();
        } else if (optimizer.lifecycle() instanceof OptimizerChoice.DropOnFreeze d && d.resetEvery() > 0) {
            age = step % d.resetEvery();
        }
        if (optimizer.subspace() instanceof OptimizerChoice.LowRank l) {
            // a basis is renewed by the state's own age, and a state that starts again takes a new one
            mark = 4 * mark + (age == 0 ? 2 : 0) + (age % l.refresh() == 0 ? 1 : 0);
        }
        // marks of a selector and an optimizer stay below a million times those of the run
        return mark + 1_000_000_000L * course().mark(step);
    }

    /** The kind of a training step on a batch of a shape; below 0, of what comes before the first step. */
    public StepKind kind(long step, Batch.Shape shape) {
        return new StepKind(true, mark(step), shape);
    }

    /** What trains at a step. */
    public Trainables trainables(long step) {
        return phasing.trainables(step);
    }

    public Compute compute() {
        return compute;
    }

    public Recipe recipe() {
        return recipe;
    }

    public Model model() {
        return model;
    }

    /** What was added to the model, or null. */
    public Adapter adapter() {
        return adapter;
    }

    /** The task head, or null for language modelling. */
    public TaskHead head() {
        return head;
    }

    public Objective objective() {
        return objective;
    }

    /** How the blocks are run, in training and in evaluation. */
    public StackDriver driver() {
        return driver;
    }

    /** The optimizer of the phase that is under way. */
    public Optimizer optimizer() {
        return phasing.optimizer();
    }

    /** The phases of the run. */
    public Course course() {
        return phasing.course();
    }

    /** The devices of a federation with what went over their links, or null. */
    public Workers workers() {
        return phasing.workers();
    }

    /** Tells how many rows each client of a federation has: they weigh as much in its means. */
    public void weigh(List<Integer> rows) {
        phasing.weigh(rows);
    }

    /** The sizes that were settled so far: those that depend on weights or data, and those that were searched for. */
    public List<Decision> decisions() {
        return decisions.made();
    }

    /** Every parameter: base model, adapter, task head; each once. */
    public List<Parameter> parameters() {
        Set<Parameter> all = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Parameter> out = new ArrayList<>();
        List<Parameter> candidates = new ArrayList<>(model.parameters());
        if (adapter != null) {
            candidates.addAll(adapter.parameters());
        }
        if (head != null) {
            candidates.addAll(head.parameters());
        }
        for (Parameter p : candidates) {
            if (all.add(p)) {
                out.add(p);
            }
        }
        return out;
    }

    /** Saves what a run has changed or will need to go on: trained parameters and optimizer state. Frozen base weights come from their file again. */
    public void save(State.Writer w, ChangedParameters changed) {
        changed.save(compute, parameters(), w);
        phasing.save(w);
    }

    public void restore(State.Reader r) {
        ChangedParameters.restore(compute, parameters(), r);
        phasing.restore(r, parameters());
    }

    /** Bytes that are booked for good: weights and adapter. */
    public long standingBytes() {
        return compute.ledger().total(Category.WEIGHTS) + compute.ledger().total(Category.ADAPTER);
    }

    @Override
    public void close() {
        phasing.close();
        if (head != null) {
            head.close();
        }
        if (adapter != null) {
            adapter.close();
        }
        model.close();
        stores.close();
    }
}
