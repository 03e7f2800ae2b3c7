package headroom.engine.workbench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.exchange.LowRankFactors;
import headroom.engine.exchange.ModelExport;
import headroom.engine.exchange.NewFolder;
import headroom.engine.exchange.PeftAdapter;
import headroom.engine.exchange.PeftConfig;
import headroom.engine.exchange.PeftFolder;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.SafeTensorsWriter;
import headroom.engine.exchange.TensorFile;
import headroom.engine.exchange.TensorFiles;
import headroom.engine.model.CheckpointExport;
import headroom.engine.model.CheckpointNames;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.LinearSite;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.adapter.LowRankAdapter;
import headroom.engine.recipe.adapter.SegmentedAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Writes the tuned model of one run, reads it back, and holds the answers of what was read against the answers of what was trained.
 *
 * <p>A task head goes along as {@code classifier.weight} and {@code classifier.bias}, as classifiers are published.
 */
final class ModelExporter {
    private final RunModels.Found found;
    private final RunModels models;

    ModelExporter(RunModels.Found found, RunModels models) {
        this.found = found;
        this.models = models;
    }

    /**
     * What was added, alone: as a PEFT folder where that library has a form for it, one for each of several jobs, as named tensors otherwise. What a run trained of the base goes
     * along, as whole modules in the first and by name in the second.
     */
    ExportReport.Proof adapter(Path folder, Progress progress) throws IOException {
        refuseCut();
        progress.at(new Progress.At("loading the tuned model", 0, 3, "parts"));
        try (TunedModel tuned = found.tuned()) {
            if (tuned.assembly().adapter() == null) {
                throw new WorkbenchException(Problem.of("Run " + found.run().id() + " has no adapter: " + found.prepared().method().method().name()
                        + " trains the model itself.", "Nothing was written.", "Export it merged."));
            }
            final Optional<KeptWhole> kept = KeptWhole.of(tuned);
            if (kept.isPresent() && !inStreams()) {
                if (found.recipe().adapter() instanceof AdapterChoice.SegmentedLowRank choice && choice.sets().stream().allMatch(set -> isPeft(set.pair()))) {
                    return jobs(folder, tuned, choice, kept.get(), progress);
                }
                if (found.recipe().adapter() instanceof AdapterChoice.LowRank choice && isPeft(choice)) {
                    return pairs(folder, tuned, choice, kept.get(), progress);
                }
                if (PeftForms.fit(found, tuned)) {
                    return otherPeft(folder, tuned, kept.get(), progress);
                }
            }
            return named(folder, tuned, progress);
        }
    }

    private ExportReport.Proof pairs(Path folder, TunedModel tuned, AdapterChoice.LowRank choice, KeptWhole kept, Progress progress) throws IOException {
        progress.at(new Progress.At("writing the adapter", 1, 3, "parts"));
        writePeft(folder, tuned, choice, ((LowRankAdapter) tuned.assembly().adapter()).pairs(), kept);
        progress.at(new Progress.At("reading it back", 2, 3, "parts"));
        return provenAdapter(folder, tuned, found.recipe(), kept);
    }

    private void writePeft(Path folder, TunedModel tuned, AdapterChoice.LowRank choice, List<LowRankAdapter.Pair> pairs, KeptWhole kept) throws IOException {
        final CheckpointNames names = CheckpointNames.of(config().family());
        final Map<String, LowRankFactors> factors = new LinkedHashMap<>();
        for (final LowRankAdapter.Pair pair : pairs) {
            final CheckpointNames.Place place = names.place(pair.site().path() + ".weight");
            if (place.parts() > 1) {
                throw new WorkbenchException(Problem.of("The published layout of this model keeps several of its matrices in one tensor (" + place.name()
                        + "), and PEFT has no place for a pair on a part of it.", "Nothing was written.", "Export it merged."));
            }
            factors.put(names.module(pair.site().path()), new LowRankFactors(tuned.raw(pair.a()), tuned.raw(pair.b())));
        }
        final PeftConfig config = new PeftConfig(found.request().plan().model(), Optional.of(kept.task()), choice.rank(), choice.alpha(),
                choice.scaling() == AdapterChoice.Scaling.ALPHA_BY_ROOT_RANK, choice.dropout(), List.copyOf(new TreeSet<>(factors.keySet())), kept.names(), false);
        PeftAdapter.write(folder, config, factors, kept.tensors());
    }

    /** A PEFT folder for each of several jobs, under the names of the jobs. */
    private ExportReport.Proof jobs(Path folder, TunedModel tuned, AdapterChoice.SegmentedLowRank choice, KeptWhole kept, Progress progress) throws IOException {
        final SegmentedAdapter several = (SegmentedAdapter) tuned.assembly().adapter();
        progress.at(new Progress.At("writing the adapters", 1, 3, "parts"));
        NewFolder.write(folder, draft -> {
            for (int i = 0; i < choice.sets().size(); i++) {
                final String name = choice.sets().get(i).name();
                writePeft(draft.resolve(name), tuned, choice.sets().get(i).pair(), several.pairs(i), kept.of(tuned, name));
            }
        });
        progress.at(new Progress.At("reading them back", 2, 3, "parts"));
        ExportReport.Proof worst = null;
        for (final AdapterChoice.SegmentedLowRank.Member set : choice.sets()) {
            tuned.assembly().answer(set.name());
            final ExportReport.Proof own = provenAdapter(folder.resolve(set.name()), tuned, found.recipe().with(set.pair()).with(new RunChoice.SinglePhase()), kept.of(tuned, set.name()));
            worst = worst == null || own.largestDifference() > worst.largestDifference() ? own : worst;
        }
        return worst;
    }

    private ExportReport.Proof provenAdapter(Path folder, TunedModel tuned, Recipe as, KeptWhole kept) throws IOException {
        final CheckpointNames names = CheckpointNames.of(config().family());
        try (TunedModel base = TunedModel.open(found.prepared(), as, found.request().seed(), found.weights(), Optional.empty()); PeftAdapter read = PeftAdapter.open(folder)) {
            for (final LowRankAdapter.Pair pair : ((LowRankAdapter) base.assembly().adapter()).pairs()) {
                final LowRankFactors written = read.factors().get(names.module(pair.site().path()));
                base.fill(pair.a(), written.a());
                base.fill(pair.b(), written.b());
            }
            kept.into(base, read.saved());
            return proof("adapter reloaded equals what was trained", tuned, base);
        }
    }

    /** Whether it is PEFT's plain form: pairs of one rank on the base as it is. */
    private static boolean isPeft(AdapterChoice choice) {
        return choice instanceof AdapterChoice.LowRank l && l.start() == AdapterChoice.Start.ZERO && l.ranks().isEmpty() && l.scaling() != AdapterChoice.Scaling.FIXED;
    }

    /** Whether its blocks are run as two streams, which no other library does with what is trained here. */
    private boolean inStreams() {
        return found.recipe().activations() instanceof ActivationsChoice.ReversibleStreams;
    }

    private ExportReport.Proof otherPeft(Path folder, TunedModel tuned, KeptWhole kept, Progress progress) throws IOException {
        progress.at(new Progress.At("writing the adapter", 1, 3, "parts"));
        final Recipe as = PeftForms.write(folder, found, tuned, kept);
        progress.at(new Progress.At("reading it back", 2, 3, "parts"));
        try (TunedModel read = TunedModel.open(found.prepared(), as, found.request().seed(), found.weights(), Optional.empty()); TensorFile file = PeftFolder.open(folder)) {
            PeftForms.read(file, read);
            final String outer = PeftForms.outer(read.assembly().adapter());
            final Map<String, RawTensor> saved = new LinkedHashMap<>();
            kept.tensors().keySet().forEach(name -> saved.put(name, file.get(outer + name)));
            kept.into(read, saved);
            return proof("adapter reloaded equals what was trained", tuned, read);
        }
    }

    private ExportReport.Proof named(Path folder, TunedModel tuned, Progress progress) throws IOException {
        progress.at(new Progress.At("writing the adapter", 1, 3, "parts"));
        AdapterExport.write(folder, found, tuned);
        progress.at(new Progress.At("reading it back", 2, 3, "parts"));
        try (TunedModel base = found.base()) {
            AdapterExport.read(folder, found, base);
            return proof("adapter reloaded equals what was trained", tuned, base);
        }
    }

    /** @throws WorkbenchException where a dense model, or a part of one, would not say what was trained */
    private void refuseStreams() {
        if (inStreams()) {
            throw new WorkbenchException(Problem.of("The blocks of run " + found.run().id() + " are run as two streams, and a dense model runs them in a row: it would answer otherwise.",
                    "Nothing was written.", found.recipe().adapter() instanceof AdapterChoice.None ? "Try it here (headroom try), or export its curves and report." : "Export the adapter."));
        }
    }

    private void refuseCut() {
        if (found.recipe().weights() instanceof WeightsChoice.Cut) {
            throw new WorkbenchException(Problem.of("Heads and channels were taken out of the model of run " + found.run().id() + ", so its blocks have widths of their own, and the published"
                    + " layouts have one for all.", "Nothing was written.", "Try it here (headroom try), or export its curves and report."));
        }
    }

    /** One dense model as a Hugging Face folder. */
    ExportReport.Proof merged(Path folder, Progress progress) throws IOException {
        refuseCut();
        refuseStreams();
        progress.at(new Progress.At("loading the tuned model", 0, 3, "parts"));
        try (TunedModel tuned = found.tuned()) {
            final Compute compute = tuned.compute();
            final DType as = found.recipe().compute() == ComputeType.F32 ? DType.F32 : DType.BF16;
            final Adapter adapter = tuned.assembly().adapter();
            if (adapter != null && !adapter.merges()) {
                throw new WorkbenchException(Problem.of("What " + found.prepared().method().method().name() + " adds to the model has no place in a dense one.", "Nothing was written.",
                        "Export the adapter."));
            }
            final List<SafeTensorsWriter.Entry> entries = new ArrayList<>(
                    CheckpointExport.entries(compute, tuned.assembly().model(), as, site -> effective(compute, site, adapter), site -> bias(compute, site, adapter)));
            KeptWhole.head(tuned).forEach((name, tensor) -> entries.add(SafeTensorsWriter.Entry.of(tensor.named(name))));
            progress.at(new Progress.At("writing the model", 1, 3, "parts"));
            ModelExport.write(folder, configuration(), entries, tokenizerFile());
            progress.at(new Progress.At("reading it back", 2, 3, "parts"));
            return provenMerge(folder, tuned);
        }
    }

    /** The weight with the adapter folded in, summed in float32. */
    private static Tensor effective(Compute compute, LinearSite site, Adapter adapter) {
        final Tensor weight = site.weight().rows(compute, 0, site.out());
        if (adapter == null) {
            return weight;
        }
        try (Tensor stored = weight) {
            return adapter.merged(compute, site, compute.call(CoreKernels.CAST, stored, (long) DType.F32.torchCode()));
        }
    }

    /** The bias with the adapter folded in. */
    private static Tensor bias(Compute compute, LinearSite site, Adapter adapter) {
        final Tensor stored = site.bias().data();
        return adapter == null ? stored.retain() : adapter.mergedBias(compute, site, compute.call(CoreKernels.CAST, stored, (long) DType.F32.torchCode()));
    }

    private ExportReport.Proof provenMerge(Path folder, TunedModel tuned) throws IOException {
        final Recipe dense = Recipe.defaults().with(found.recipe().compute()).with(found.recipe().data());
        try (TunedModel read = TunedModel.open(found.prepared(), dense, found.request().seed(), Optional.of(folder), Optional.empty());
                TensorFile file = TensorFiles.open(folder)) {
            final Map<String, RawTensor> saved = new LinkedHashMap<>();
            file.names().stream().filter(name -> name.startsWith(KeptWhole.HEAD + ".")).forEach(name -> saved.put(name, file.get(name)));
            KeptWhole.headInto(read, saved);
            return proof("export reloaded equals what was trained", tuned, read);
        }
    }

    private ExportReport.Proof proof(String claim, TunedModel tuned, TunedModel read) {
        // float32 differs in the order of additions only; bf16 rounds every merged weight once
        final double bound = found.recipe().compute() == ComputeType.F32 ? 1e-3 : 0.1;
        return new ModelProof(found, models.data(found.request()).dataset()).of(claim, tuned, read, bound);
    }

    private ObjectNode configuration() {
        final ObjectNode json = HuggingFaceConfig.toJson(config());
        final List<String> labels = models.data(found.request()).dataset().labels();
        for (int i = 0; i < labels.size(); i++) {
            json.withObject("id2label").put(Integer.toString(i), labels.get(i));
            json.withObject("label2id").put(labels.get(i), i);
        }
        return json;
    }

    private ModelConfig config() {
        return found.prepared().model().config();
    }

    private Optional<Path> tokenizerFile() throws IOException {
        try (Stream<Path> files = Files.list(found.folder())) {
            return files.filter(file -> file.getFileName().toString().endsWith("tokenizer.json")).sorted().findFirst();
        }
    }
}
