package headroom.engine.recipe.selector;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Keys;
import headroom.engine.model.Model;
import headroom.engine.recipe.Decisions;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.State;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.adapter.TripletAdapter;
import headroom.engine.recipe.optimizer.GradientObserver;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The selector slot at work: publishes what trains before each step. The same object is published as long as nothing changes. It sees the gradients that it let through. */
public interface Selector extends State.Holder, GradientObserver, AutoCloseable {
    /** What trains at a step. May compute, and book what it keeps as OPTIMIZER under {@code selector.*}. */
    Trainables at(long step);

    /** What was published last, so that a resumed run knows which elements its state belongs to; nothing before the first publication. */
    default Trainables current() {
        return Trainables.none();
    }

    /** Parameters whose gradients it wants to see before it can choose; none, as a rule. */
    default Set<Parameter> measured() {
        return Set.of();
    }

    /** Where those gradients go, or null. */
    default GradientSink measure() {
        return null;
    }

    /** Makes the next publication a new choice, by the weights as they are then. */
    default void forget() {
        // what does not depend on the weights stays as it is
    }

    /** Steps with the same mark book the same on behalf of the selector. */
    static long mark(SelectorChoice choice, long step) {
        return switch (choice) {
            case SelectorChoice.LayerwiseSampling l -> 2 * (step / l.every()) + (step % l.every() == 0 ? 0 : 1);
            case SelectorChoice.RandomSupport r -> step == 0 || r.every() > 0 && step % r.every() == 0 ? 0 : 1;
            default -> step == 0 ? 0 : 1;
        };
    }

    @Override
    default void save(State.Writer w) {
        // what follows from choice, seed and step needs no saving
    }

    @Override
    default void restore(State.Reader r, Collection<Parameter> parameters) {
        // nothing was saved
    }

    @Override
    default void close() {
        // nothing is held
    }

    /**
     * @param adapter or null
     * @param added parameters of adapter and task head
     * @param seed of the run
     * @param totalSteps of the run
     * @param decisions takes the sizes that depend on the weights
     */
    static Selector of(Compute compute, SelectorChoice choice, Model model, Adapter adapter, Collection<Parameter> added, long seed, long totalSteps, Decisions decisions) {
        Function<Parameter, String> group = p -> adapter == null ? Adapter.MAIN_GROUP : adapter.group(p);
        return switch (choice) {
            case SelectorChoice.AllParameters a -> {
                List<Parameter> all = new ArrayList<>(model.parameters());
                added.stream().filter(p -> !all.contains(p)).forEach(all::add);
                Trainables t = trainables(all, group);
                yield step -> t;
            }
            case SelectorChoice.AdapterOnly a -> {
                Trainables t = trainables(added, group);
                yield step -> t;
            }
            case SelectorChoice.CubicBudget b when adapter instanceof TripletAdapter t -> new RankBudget(compute, b, t, trainables(added, group), totalSteps);
            case SelectorChoice.CubicBudget b -> throw new IllegalArgumentException("selector CubicBudget counts triplets, and there are none; use adapter TripletLoRA, or AdapterOnly");
            case SelectorChoice.NamedParameters n -> {
                Trainables t = trainables(NamedSelection.of(n, model, added), group);
                yield step -> t;
            }
            case SelectorChoice.LayerwiseSampling l -> new LayerwiseSampling(l, model, added, group, seed);
            case SelectorChoice.RandomSupport r -> new RandomParts(compute, r, Matrices.of(model, r.targets()), added, seed);
            case SelectorChoice.MagnitudeSupport m -> new MagnitudeParts(compute, m, Matrices.of(model, m.targets()), added, decisions);
        };
    }

    private static Trainables trainables(Collection<Parameter> parameters, Function<Parameter, String> group) {
        Map<Parameter, Trainables.Trained> map = new LinkedHashMap<>();
        parameters.forEach(p -> map.put(p, new Trainables.Trained(Support.ALL, group.apply(p))));
        return Trainables.of(map, Set.of());
    }

    /**
     * {@code count} blocks every {@code every} steps: drawn uniformly without replacement (LISA), or in turn (BAdam). Draws come from a key, so that of any step can be
     * repeated without the ones before it. Embeddings, final norm and head are always on, unless switched off; task heads always train.
     */
    final class LayerwiseSampling implements Selector {
        private final SelectorChoice.LayerwiseSampling choice;
        private final List<List<Parameter>> blocks = new ArrayList<>();
        private final List<Parameter> always = new ArrayList<>();
        private final Function<Parameter, String> group;
        private final long seed;
        private long interval = -1;
        private Trainables current;

        private LayerwiseSampling(SelectorChoice.LayerwiseSampling choice, Model model, Collection<Parameter> added, Function<Parameter, String> group, long seed) {
            this.choice = choice;
            this.group = group;
            this.seed = seed;
            if (choice.count() > model.blocks().size()) {
                throw new IllegalArgumentException("layer sampling of " + choice.count() + " blocks; the model has " + model.blocks().size());
            }
            for (String path : model.blocks()) {
                blocks.add(model.parameters().stream().filter(p -> p.path().startsWith(path + ".")).toList());
            }
            always.addAll(added);
            if (choice.alwaysOn()) {
                model.parameters().stream().filter(p -> model.blocks().stream().noneMatch(b -> p.path().startsWith(b + "."))).filter(p -> !always.contains(p)).forEach(always::add);
            }
        }

        /** Blocks that train at a step, in the order drawn. */
        public List<Integer> active(long step) {
            long turn = step / choice.every();
            if (choice.order() == SelectorChoice.LayerwiseSampling.Order.DRAWN) {
                int[] order = permutation(turn);
                return Arrays.stream(order, 0, choice.count()).boxed().toList();
            }
            // places in an endless row of cycles; where a turn runs over the end of one, a block that comes twice trains once
            Set<Integer> out = new LinkedHashSet<>();
            for (long place = turn * choice.count(); place < (turn + 1) * choice.count(); place++) {
                int n = blocks.size();
                int i = (int) (place % n);
                out.add(switch (choice.order()) {
                    case ASCENDING -> i;
                    case DESCENDING -> n - 1 - i;
                    default -> permutation(place / n)[i];
                });
            }
            return List.copyOf(out);
        }

        private int[] permutation(long of) {
            return Keys.permutation(Keys.key(seed, "layer sampling", "", of), blocks.size());
        }

        @Override
        public Trainables at(long step) {
            if (step / choice.every() != interval) {
                interval = step / choice.every();
                List<Parameter> on = new ArrayList<>(always);
                active(step).forEach(b -> on.addAll(blocks.get(b)));
                current = trainables(on, group);
            }
            return current;
        }
    }
}
