package headroom.engine.workbench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.exchange.LowRankFactors;
import headroom.engine.exchange.PeftConfig;
import headroom.engine.exchange.PeftFolder;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.TensorFile;
import headroom.engine.model.CheckpointNames;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.Recipe;

import headroom.engine.recipe.WeightsChoice;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.adapter.GateAdapter;
import headroom.engine.recipe.adapter.LowRankAdapter;
import headroom.engine.recipe.adapter.PrefixAdapter;
import headroom.engine.recipe.adapter.PromptAdapter;
import headroom.engine.recipe.adapter.TripletAdapter;
import headroom.engine.recipe.adapter.VeraAdapter;
import headroom.engine.recipe.adapter.WeightNormAdapter;
import headroom.engine.tape.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What PEFT has forms for beyond pairs of one rank: DoRA (pairs and {@code lora_magnitude_vector}), VeRA (vectors and both projections), and as pairs with a rank for each module
 * what can be said by pairs: triplets without those that are switched off, and PiSSA's change of its start, [B, −B₀]·[A; A₀], which has twice the rank and stands on the base as
 * it is published. Vectors that gate stand in {@link PeftGates}, what stands in front of a text in {@link PeftFronts}. What else a run trained goes along as whole modules.
 */
final class PeftForms {
    private PeftForms() {}

    /** Whether there is a form for a run's adapter. */
    static boolean fit(RunModels.Found found, TunedModel tuned) {
        final Recipe recipe = found.recipe();
        final CheckpointNames names = names(tuned);
        final boolean apart = tuned.assembly().model().sites().stream().allMatch(site -> names.place(site.path() + ".weight").parts() == 1);
        return switch (tuned.assembly().adapter()) {
            // codes of what remains of a weight are not codes of the weight
            case LowRankAdapter _ -> apart && (((AdapterChoice.LowRank) recipe.adapter()).start() == AdapterChoice.Start.ZERO || recipe.weights() instanceof WeightsChoice.Dense);
            case WeightNormAdapter _, VeraAdapter _ -> apart;
            case TripletAdapter triplets -> apart && triplets.parts().stream().anyMatch(part -> !kept(tuned.compute(), part).isEmpty());
            case GateAdapter gates -> PeftGates.fit(gates, tuned);
            case PromptAdapter _ -> true;
            case PrefixAdapter _ -> PeftFronts.fit(tuned.assembly().model().config());
            default -> false;
        };
    }

    /** What stands before the names of whole modules: adapters at modules wrap the model once more than what stands in front of a text does. */
    static String outer(Adapter adapter) {
        return adapter instanceof PromptAdapter || adapter instanceof PrefixAdapter ? PeftFolder.WRAPPED : PeftFolder.MODULE;
    }

    /** Writes the folder and says by which recipe it reads back on the base. */
    static Recipe write(Path folder, RunModels.Found found, TunedModel tuned, KeptWhole kept) throws IOException {
        final List<RawTensor> tensors = new ArrayList<>();
        final String base = found.request().plan().model();
        kept.tensors().forEach((name, tensor) -> tensors.add(tensor.named(outer(tuned.assembly().adapter()) + name)));
        final Recipe recipe = found.recipe();
        return switch (tuned.assembly().adapter()) {
            case WeightNormAdapter norms -> {
                final AdapterChoice.LowRank choice = ((AdapterChoice.WeightNorm) recipe.adapter()).pair();
                final Map<String, LowRankFactors> pairs = new LinkedHashMap<>();
                for (final WeightNormAdapter.Part part : norms.parts()) {
                    final String site = part.pair().site().path();
                    pairs.put(site, new LowRankFactors(raw(tuned, part.pair().a().data()), scaled(tuned, part.pair().b().data(), part.pair().scale())));
                    tensors.add(raw(tuned, part.m().data()).named(module(tuned, site) + ".lora_magnitude_vector"));
                }
                PeftFolder.write(folder, config(found, tuned, pairs, choice.dropout(), kept).put("use_dora", true), all(tensors, tuned, pairs));
                yield recipe.with(new AdapterChoice.WeightNorm(readAs(pairs, choice.targets()), false));
            }
            case VeraAdapter vera -> {
                final AdapterChoice.Vera choice = (AdapterChoice.Vera) recipe.adapter();
                for (final VeraAdapter.Part part : vera.parts()) {
                    tensors.add(raw(tuned, part.d().data()).named(module(tuned, part.site().path()) + ".vera_lambda_d"));
                    tensors.add(raw(tuned, part.b().data()).named(module(tuned, part.site().path()) + ".vera_lambda_b"));
                }
                tensors.add(raw(tuned, vera.bases().turned()).transposed().named("base_model.vera_A"));
                tensors.add(raw(tuned, vera.bases().out()).named("base_model.vera_B"));
                PeftFolder.write(folder, vera(found, tuned, vera, choice, kept), tensors);
                yield recipe;
            }
            case TripletAdapter triplets -> {
                final AdapterChoice.Triplets choice = (AdapterChoice.Triplets) recipe.adapter();
                final Map<String, LowRankFactors> pairs = new LinkedHashMap<>();
                for (final TripletAdapter.Part part : triplets.parts()) {
                    final List<Integer> alive = kept(tuned.compute(), part);
                    if (!alive.isEmpty()) {
                        pairs.put(part.site().path(), pair(tuned, part).of(alive));
                    }
                }
                PeftFolder.write(folder, config(found, tuned, pairs, choice.dropout(), kept), all(tensors, tuned, pairs));
                yield recipe.with(readAs(pairs, choice.targets()));
            }
            case LowRankAdapter low -> {
                final AdapterChoice.LowRank choice = (AdapterChoice.LowRank) recipe.adapter();
                final Map<String, LowRankFactors> pairs = pairs(low, tuned, 1);
                if (choice.start() == AdapterChoice.Start.PISSA) {
                    try (TunedModel start = found.base()) {
                        pairs((LowRankAdapter) start.assembly().adapter(), start, -1).forEach((site, before) -> pairs.merge(site, before, LowRankFactors::beside));
                    }
                }
                PeftFolder.write(folder, config(found, tuned, pairs, choice.dropout(), kept), all(tensors, tuned, pairs));
                yield recipe.with(readAs(pairs, choice.targets()));
            }
            case GateAdapter gates -> {
                tensors.addAll(PeftGates.tensors(gates, tuned));
                PeftFolder.write(folder, PeftGates.config(base, gates, tuned, kept), tensors);
                yield recipe;
            }
            case PromptAdapter prompt -> {
                tensors.add(PeftFronts.tensor(prompt, tuned));
                PeftFolder.write(folder, PeftFronts.config(base, prompt, tuned.assembly().model().config(), kept), tensors);
                yield recipe;
            }
            case PrefixAdapter prefix -> {
                final AdapterChoice.PrefixKv choice = (AdapterChoice.PrefixKv) recipe.adapter();
                tensors.add(PeftFronts.tensor(prefix, tuned));
                PeftFolder.write(folder, PeftFronts.config(base, choice.length(), tuned.assembly().model().config(), kept), tensors);
                yield recipe.with(PeftFronts.table(choice));
            }
            default -> throw new IllegalStateException("PEFT has no form for " + recipe.adapter());
        };
    }

    /** Fills a model of the recipe that {@link #write} gave. */
    static void read(TensorFile file, TunedModel into) {
        switch (into.assembly().adapter()) {
            case WeightNormAdapter norms -> norms.parts().forEach(part -> {
                fill(into, part.pair(), file);
                fill(into, part.m().data(), file, module(into, part.pair().site().path()) + ".lora_magnitude_vector");
            });
            case VeraAdapter vera -> {
                vera.parts().forEach(part -> {
                    fill(into, part.d().data(), file, module(into, part.site().path()) + ".vera_lambda_d");
                    fill(into, part.b().data(), file, module(into, part.site().path()) + ".vera_lambda_b");
                });
                fill(into, vera.bases().turned(), file.get("base_model.vera_A").transposed());
                fill(into, vera.bases().out(), file, "base_model.vera_B");
            }
            // a site without a pair keeps its B at zero
            case LowRankAdapter low -> low.pairs().stream().filter(pair -> file.names().contains(module(into, pair.site().path()) + ".lora_A.weight")).forEach(pair -> fill(into, pair, file));
            case GateAdapter gates -> PeftGates.read(gates, file, into);
            case PromptAdapter prompt -> PeftFronts.read(prompt, file.get(PeftFronts.TENSOR), into);
            case PrefixAdapter prefix -> PeftFronts.read(prefix, file.get(PeftFronts.TENSOR), into);
            default -> throw new IllegalStateException("PEFT has no form for " + into.assembly().recipe().adapter());
        }
    }

    /** Pairs whose scale is in B, as read back: one rank a site, s = 1. */
    private static AdapterChoice.LowRank readAs(Map<String, LowRankFactors> pairs, List<String> targets) {
        final Map<String, Integer> ranks = new TreeMap<>();
        pairs.forEach((site, factors) -> ranks.put(site, factors.rank()));
        return new AdapterChoice.LowRank(1, 1, 0, targets, AdapterChoice.Scaling.FIXED, AdapterChoice.Start.ZERO, ranks);
    }

    /** The settings of pairs whose scale is in B: α is the rank, module by module where ranks differ. */
    private static ObjectNode config(RunModels.Found found, TunedModel tuned, Map<String, LowRankFactors> pairs, double dropout, KeptWhole kept) {
        final int rank = pairs.values().stream().mapToInt(LowRankFactors::rank).max().orElseThrow();
        final CheckpointNames names = names(tuned);
        final ObjectNode json = new PeftConfig(found.request().plan().model(), Optional.of(kept.task()), rank, rank, false, dropout,
                pairs.keySet().stream().map(names::module).sorted().toList(), kept.names(), false).toJson();
        pairs.forEach((site, factors) -> {
            if (factors.rank() != rank) {
                // a pattern is the end of a path, after a point
                final String module = names.module(site);
                final String pattern = module.substring(module.indexOf('.') + 1);
                json.withObject("rank_pattern").put(pattern, factors.rank());
                json.withObject("alpha_pattern").put(pattern, factors.rank());
            }
        });
        return json;
    }

    private static ObjectNode vera(RunModels.Found found, TunedModel tuned, VeraAdapter vera, AdapterChoice.Vera choice, KeptWhole kept) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", "VERA").put("task_type", kept.task()).put("base_model_name_or_path", found.request().plan().model()).put("inference_mode", true);
        json.put("r", choice.rank()).put("vera_dropout", choice.dropout()).put("d_initial", choice.start());
        // both projections are in the file; the key is what the library asks for to draw them before they are read
        json.put("projection_prng_key", 0).put("save_projection", true).put("bias", "none").put("fan_in_fan_out", false);
        vera.parts().stream().map(part -> names(tuned).module(part.site().path())).sorted().forEach(json.putArray("target_modules")::add);
        kept.names().forEach(json.putArray("modules_to_save")::add);
        return json;
    }

    private static List<RawTensor> all(List<RawTensor> others, TunedModel tuned, Map<String, LowRankFactors> pairs) {
        final List<RawTensor> all = new ArrayList<>(others);
        pairs.forEach((site, factors) -> {
            all.add(factors.a().named(module(tuned, site) + ".lora_A.weight"));
            all.add(factors.b().named(module(tuned, site) + ".lora_B.weight"));
        });
        return all;
    }

    /** Pairs with {@code sign} times their scale in B, by site. */
    private static Map<String, LowRankFactors> pairs(LowRankAdapter low, TunedModel model, double sign) {
        final Map<String, LowRankFactors> pairs = new LinkedHashMap<>();
        low.pairs().forEach(pair -> pairs.put(pair.site().path(), new LowRankFactors(raw(model, pair.a().data()), scaled(model, pair.b().data(), sign * pair.scale()))));
        return pairs;
    }

    private static LowRankFactors pair(TunedModel model, TripletAdapter.Part part) {
        try (Tensor wide = part.weighted(model.compute()); Tensor b = model.compute().call(CoreKernels.CAST, wide, (long) part.b().dtype().torchCode())) {
            return new LowRankFactors(raw(model, part.a().data()), raw(model, b));
        }
    }

    private static List<Integer> kept(Compute compute, TripletAdapter.Part part) {
        final float[] numbers = compute.floats(part.e().data());
        return IntStream.range(0, numbers.length).filter(j -> numbers[j] != 0).boxed().toList();
    }

    private static RawTensor scaled(TunedModel model, Tensor tensor, double by) {
        try (Tensor product = model.compute().call(ElementwiseKernels.SCALE, tensor, by)) {
            return raw(model, product);
        }
    }

    private static RawTensor raw(TunedModel model, Tensor tensor) {
        return new RawTensor("", tensor.dtype(), tensor.shape(), model.compute().download(tensor));
    }

    private static void fill(TunedModel into, LowRankAdapter.Pair pair, TensorFile file) {
        fill(into, pair.a(), file, ".lora_A.weight", pair);
        fill(into, pair.b(), file, ".lora_B.weight", pair);
    }

    private static void fill(TunedModel into, Parameter parameter, TensorFile file, String suffix, LowRankAdapter.Pair pair) {
        fill(into, parameter.data(), file, module(into, pair.site().path()) + suffix);
    }

    private static void fill(TunedModel into, Tensor tensor, TensorFile file, String name) {
        fill(into, tensor, file.get(name));
    }

    private static void fill(TunedModel into, Tensor tensor, RawTensor from) {
        if (!from.shape().equals(tensor.shape()) || from.dtype() != tensor.dtype()) {
            throw new IllegalStateException("what was written as " + tensor + " reads back as " + from);
        }
        into.compute().overwrite(tensor, from::littleEndianData);
    }

    private static String module(TunedModel model, String site) {
        return PeftFolder.MODULE + names(model).module(site);
    }

    private static CheckpointNames names(TunedModel model) {
        return CheckpointNames.of(model.assembly().model().config().family());
    }
}
