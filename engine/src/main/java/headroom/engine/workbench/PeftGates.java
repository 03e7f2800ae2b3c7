package headroom.engine.workbench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.compute.Shape;
import headroom.engine.exchange.PeftFolder;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.TensorFile;
import headroom.engine.model.CheckpointNames;
import headroom.engine.model.LinearSite;
import headroom.engine.recipe.adapter.GateAdapter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * (IA)³ as PEFT has it: a vector for each module, {@code ia3_l} [out, 1], which scales what the module says; of a feed-forward module [1, in], which scales what it reads. One
 * vector a module.
 */
final class PeftGates {
    /** A gate at the module that it belongs to. */
    private record At(GateAdapter.Part gate, LinearSite site, boolean before) {
        Shape shape() {
            return before ? Shape.of(1, site.in()) : Shape.of(site.out(), 1);
        }
    }

    private PeftGates() {}

    static boolean fit(GateAdapter gates, TunedModel tuned) {
        final CheckpointNames names = names(tuned);
        final List<At> all = places(gates, tuned);
        final Set<String> modules = new LinkedHashSet<>();
        // the blocks of GPT-2 keep their matrices turned, and three of them in one
        return all.size() == gates.parts().size() && all.stream().map(At::site).allMatch(site -> modules.add(site.path()))
                && all.stream().map(at -> names.place(at.site().path() + ".weight")).noneMatch(place -> place.parts() > 1 || place.transposed());
    }

    static ObjectNode config(String base, GateAdapter gates, TunedModel tuned, KeptWhole kept) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", "IA3").put("task_type", kept.task()).put("base_model_name_or_path", base).put("inference_mode", true);
        json.put("fan_in_fan_out", false).put("init_ia3_weights", true);
        final List<At> all = places(gates, tuned);
        all.stream().map(at -> names(tuned).module(at.site().path())).sorted().forEach(json.putArray("target_modules")::add);
        all.stream().filter(At::before).map(at -> names(tuned).module(at.site().path())).sorted().forEach(json.putArray("feedforward_modules")::add);
        kept.names().forEach(json.putArray("modules_to_save")::add);
        return json;
    }

    static List<RawTensor> tensors(GateAdapter gates, TunedModel tuned) {
        final List<RawTensor> all = new ArrayList<>();
        for (final At at : places(gates, tuned)) {
            final RawTensor vector = tuned.raw(at.gate().vector());
            all.add(new RawTensor(name(tuned, at), vector.dtype(), at.shape(), vector.bytes()));
        }
        return all;
    }

    static void read(GateAdapter gates, TensorFile file, TunedModel into) {
        for (final At at : places(gates, into)) {
            final RawTensor written = file.get(name(into, at));
            if (!written.shape().equals(at.shape())) {
                throw new IllegalStateException("what was written for " + at.site().path() + " reads back as " + written);
            }
            into.fill(at.gate().vector(), new RawTensor(written.name(), written.dtype(), at.gate().vector().shape(), written.bytes()));
        }
    }

    private static List<At> places(GateAdapter gates, TunedModel model) {
        final List<At> all = new ArrayList<>();
        for (final GateAdapter.Part gate : gates.parts()) {
            for (final LinearSite site : model.assembly().model().sites()) {
                if (site.point() == gate.point() || site.input() == gate.point()) {
                    all.add(new At(gate, site, site.input() == gate.point()));
                }
            }
        }
        return all;
    }

    private static String name(TunedModel model, At at) {
        return PeftFolder.MODULE + names(model).module(at.site().path()) + ".ia3_l";
    }

    private static CheckpointNames names(TunedModel model) {
        return CheckpointNames.of(model.assembly().model().config().family());
    }
}
