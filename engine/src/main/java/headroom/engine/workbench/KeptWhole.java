package headroom.engine.workbench;

import headroom.engine.exchange.RawTensor;
import headroom.engine.model.CheckpointNames;
import headroom.engine.model.LinearSite;
import headroom.engine.model.Model;
import headroom.engine.recipe.Assembly;
import headroom.engine.tape.Parameter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What goes whole with an adapter, as PEFT's {@code modules_to_save} do: the task head, as {@code classifier}, and modules of the base that a run trained beside its adapter.
 *
 * @param head tensors of the task head by name; empty without one
 * @param base what of the base goes along, by our path; empty if the base was left alone
 */
record KeptWhole(Map<String, RawTensor> head, Map<String, Part> base) {
    static final String HEAD = "classifier";
    private static final Set<String> TENSORS = Set.of("weight", "bias");

    /** A tensor of the base where the published model has it. */
    record Part(CheckpointNames.Place place, RawTensor tensor) {}

    /** Empty if the run trained a part of the base that is no module of its own in the published model, or one that the adapter stands at. */
    static Optional<KeptWhole> of(TunedModel tuned) {
        final Assembly assembly = tuned.assembly();
        final Set<String> changed = new LinkedHashSet<>(tuned.changed());
        added(assembly).map(Parameter::path).forEach(changed::remove);
        final Set<String> modules = new LinkedHashSet<>();
        for (final String path : changed) {
            if (!separate(assembly.model(), path)) {
                return Optional.empty();
            }
            modules.add(module(path));
        }
        final CheckpointNames names = CheckpointNames.of(assembly.model().config().family());
        final Map<String, Part> base = new LinkedHashMap<>();
        assembly.model().parameters().stream().filter(p -> modules.contains(module(p.path()))).forEach(p -> {
            final CheckpointNames.Place place = names.place(p.path());
            base.put(p.path(), new Part(place, place.transposed() ? tuned.raw(p).transposed() : tuned.raw(p)));
        });
        return Optional.of(new KeptWhole(head(tuned), base));
    }

    /** The same for one of several jobs, which has a head of its own. */
    KeptWhole of(TunedModel tuned, String job) {
        return new KeptWhole(head(tuned, "head." + job + "."), base);
    }

    static Map<String, RawTensor> head(TunedModel tuned) {
        return head(tuned, "");
    }

    /** @param under beginning of the paths of the head's parameters that are meant */
    private static Map<String, RawTensor> head(TunedModel tuned, String under) {
        final Map<String, RawTensor> head = new LinkedHashMap<>();
        if (tuned.assembly().head() != null) {
            tuned.assembly().head().parameters().stream().filter(p -> p.path().startsWith(under)).forEach(p -> head.put(inHead(p), tuned.raw(p)));
        }
        return head;
    }

    private static Stream<Parameter> added(Assembly assembly) {
        return Stream.concat(assembly.adapter().parameters().stream(), assembly.head() == null ? Stream.empty() : assembly.head().parameters().stream());
    }

    private static boolean separate(Model model, String path) {
        final String module = module(path);
        final boolean tied = model.config().tiedHead() && module.equals("embeddings.token");
        // a scale or a factor of a stored matrix has no name of its own in a published model
        final boolean named = TENSORS.contains(path.substring(module.length() + 1));
        return named && !tied && CheckpointNames.of(model.config().family()).place(path).parts() == 1 && model.sites().stream().filter(s -> s.path().equals(module)).noneMatch(KeptWhole::adapted);
    }

    private static boolean adapted(LinearSite site) {
        return !site.branches().isEmpty() || site.input() != null && !site.input().branches().isEmpty();
    }

    private static String module(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
    }

    private static String inHead(Parameter parameter) {
        return HEAD + parameter.path().substring(parameter.path().lastIndexOf('.'));
    }

    /** All tensors under their published names. */
    Map<String, RawTensor> tensors() {
        final Map<String, RawTensor> all = new LinkedHashMap<>();
        base.values().forEach(part -> all.put(part.place().name(), part.tensor()));
        all.putAll(head);
        return all;
    }

    /** What {@code modules_to_save} names. */
    List<String> names() {
        return tensors().keySet().stream().map(KeptWhole::module).distinct().toList();
    }

    /** PEFT's word for the task. */
    String task() {
        return head.isEmpty() ? "CAUSAL_LM" : "SEQ_CLS";
    }

    /** Puts what a file holds of head and modules into a model. */
    void into(TunedModel read, Map<String, RawTensor> file) {
        read.assembly().model().parameters().stream().filter(p -> base.containsKey(p.path())).forEach(p -> {
            final CheckpointNames.Place place = base.get(p.path()).place();
            final RawTensor tensor = file.get(place.name());
            read.fill(p, tensor != null && place.transposed() ? tensor.transposed() : tensor);
        });
        headInto(read, file);
    }

    static void headInto(TunedModel read, Map<String, RawTensor> file) {
        if (read.assembly().head() != null) {
            read.assembly().head().parameters().forEach(p -> read.fill(p, file.get(inHead(p))));
        }
    }
}
