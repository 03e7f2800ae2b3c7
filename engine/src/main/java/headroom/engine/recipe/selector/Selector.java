package headroom.engine.recipe.selector;

import headroom.engine.compute.Keys;
import headroom.engine.model.Model;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The selector slot at work: publishes what trains before each step. The same object is published as long as nothing changes. */
public interface Selector {
    Trainables at(long step);

    /**
     * @param added parameters of adapter and task head
     * @param seed of the run
     */
    static Selector of(SelectorChoice choice, Model model, Collection<Parameter> added, long seed) {
        return switch (choice) {
            case SelectorChoice.AllParameters a -> {
                List<Parameter> all = new ArrayList<>(model.parameters());
                added.stream().filter(p -> !all.contains(p)).forEach(all::add);
                Trainables t = trainables(all);
                yield step -> t;
            }
            case SelectorChoice.AdapterOnly a -> {
                Trainables t = trainables(added);
                yield step -> t;
            }
            case SelectorChoice.LayerwiseSampling l -> new LayerwiseSampling(l, model, added, seed);
        };
    }

    private static Trainables trainables(Collection<Parameter> parameters) {
        Map<Parameter, Trainables.Trained> map = new LinkedHashMap<>();
        parameters.forEach(p -> map.put(p, new Trainables.Trained(Support.ALL, "main")));
        return Trainables.of(map, Set.of());
    }

    /**
     * LISA: {@code count} blocks drawn uniformly without replacement every {@code every} steps, from a key, so the draw of any step can be repeated without the ones
     * before it. Embeddings, final norm and head are always on, unless switched off; task heads always train.
     */
    final class LayerwiseSampling implements Selector {
        private final SelectorChoice.LayerwiseSampling choice;
        private final List<List<Parameter>> blocks = new ArrayList<>();
        private final List<Parameter> always = new ArrayList<>();
        private final long seed;
        private long interval = -1;
        private Trainables current;

        private LayerwiseSampling(SelectorChoice.LayerwiseSampling choice, Model model, Collection<Parameter> added, long seed) {
            this.choice = choice;
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
            int[] order = Keys.permutation(Keys.key(seed, "layer sampling", "", step / choice.every()), blocks.size());
            List<Integer> out = new ArrayList<>();
            for (int i = 0; i < choice.count(); i++) {
                out.add(order[i]);
            }
            return out;
        }

        @Override
        public Trainables at(long step) {
            if (step / choice.every() != interval) {
                interval = step / choice.every();
                List<Parameter> on = new ArrayList<>(always);
                active(step).forEach(b -> on.addAll(blocks.get(b)));
                current = trainables(on);
            }
            return current;
        }
    }
}
