package headroom.engine.workbench;

import headroom.engine.data.BatchSource;
import headroom.engine.data.CheckedDataset;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Turns requests into jobs; refuses here, with a sentence, what could not be trained. */
final class RunJobs {
    private static final int EPOCHS_OF_A_CLASSIFIER = 3;
    private static final int ACCOUNTS_NAMED = 5;
    private static final int REMEDIES_NAMED = 3;

    private final Preparation preparation;
    private final PlanDesk plans;
    private final LongSupplier freeMemory;

    RunJobs(Preparation preparation, PlanDesk plans, LongSupplier freeMemory) {
        this.preparation = preparation;
        this.plans = plans;
        this.freeMemory = freeMemory;
    }

    RunJob job(RunRequest request) {
        return job(request, Optional.empty());
    }

    /** @param kept rows that an earlier part of the run chose to train on; empty before a choice, or where all rows are trained on */
    RunJob job(RunRequest request, Optional<Set<Long>> kept) {
        final PlanRequest asked = request.plan();
        final String data = asked.data().orElseThrow(() -> new WorkbenchException(Problem.of("A run needs data, and none is named.", "Nothing was started.",
                "Name a dataset of the catalog or a file.")));
        final Prepared prepared = preparation.of(asked);
        final Path folder = prepared.model().folder().filter(_ -> request.fresh() || !prepared.model().entry().shapeOnly())
                .orElseThrow(() -> noWeights(prepared.model().entry()));
        final CheckedDataset checked = preparation.data().load(data, asked.columns());
        final Optional<RowSelection> selection = selection(prepared, checked.dataset(), folder, request.seed(), kept);
        final RunJob job = laidOut(request, prepared, checked, folder, selection, asked.budgetBytes().orElseGet(freeMemory), hash(checked.dataset().file()));
        if (job.plan().peak().bytes() > job.budgetBytes() && !request.anyway()) {
            throw tooLarge(asked, job.plan(), job.budgetBytes());
        }
        return job;
    }

    /** The job on the rows that were chosen: its batches, and what follows from their number. */
    RunJob keeping(RunJob job, Set<Long> rows) {
        return laidOut(job.request(), job.prepared(), job.data(), job.prepared().model().folder().orElseThrow(), job.selection().map(s -> s.keeping(rows)), job.budgetBytes(), job.dataHash());
    }

    private RunJob laidOut(RunRequest request, Prepared prepared, CheckedDataset checked, Path folder, Optional<RowSelection> selection, long budget, String hash) {
        final Optional<Set<Long>> kept = selection.flatMap(RowSelection::kept);
        final BatchSource source = source(prepared, kept.map(checked.dataset()::keeping).orElseGet(checked::dataset), folder, request.seed());
        // before the choice its share of all batches is assumed
        final int epoch = selection.filter(s -> s.kept().isEmpty()).map(s -> Math.max(1, (int) Math.ceil(s.choice().share() * source.batchesPerEpoch()))).orElseGet(source::batchesPerEpoch);
        final int steps = steps(request, epoch, checked.kind());
        final RunPlan plan = RunPlan.of(prepared, request.fresh(), request.seed(), source, steps, steps, List.of(), selection.map(RowSelection::peak));
        return new RunJob(request, prepared, checked, source, steps, every(request.evalEvery(), epoch), every(request.checkpointEvery(), epoch), plan, budget, hash, selection);
    }

    private static Optional<RowSelection> selection(Prepared prepared, Dataset data, Path folder, long seed, Optional<Set<Long>> kept) {
        if (prepared.method().recipe().data().select() == null) {
            return Optional.empty();
        }
        try (Tokenizer tokenizer = Preparation.tokenizer(folder)) {
            return RowSelection.of(prepared, data, tokenizer, seed, kept);
        } catch (IllegalArgumentException e) {
            throw PlanDesk.unfit(e);
        }
    }

    private static WorkbenchException noWeights(ModelEntry model) {
        return new WorkbenchException(Problem.of("The weights of " + model.name() + " are not here: its shape can be planned with, not trained.",
                "Nothing was started.", "Choose a model that headroom catalog models calls \"can be trained\".",
                "Name a folder with its config.json, tokenizer.json and safetensors as --model; without weights it can be pre-trained."));
    }

    private static BatchSource source(Prepared prepared, Dataset rows, Path folder, long seed) {
        try (Tokenizer tokenizer = Preparation.tokenizer(folder)) {
            return prepared.method().recipe().batches(rows, tokenizer, seed);
        } catch (IllegalArgumentException e) {
            throw PlanDesk.unfit(e);
        }
    }

    private static int steps(RunRequest request, int epoch, DatasetKind kind) {
        if (request.steps().isPresent()) {
            return request.steps().getAsInt();
        }
        return Math.multiplyExact(epoch, request.epochs().orElse(kind == DatasetKind.CLASSIFICATION ? EPOCHS_OF_A_CLASSIFIER : 1));
    }

    private static int every(OptionalInt asked, int epoch) {
        return asked.orElse(epoch);
    }

    private WorkbenchException tooLarge(PlanRequest asked, RunPlan plan, long budget) {
        final MemoryPlan worst = plans.plan(asked.withBudget(budget), Progress.SILENT);
        final String largest = worst.largest().stream().limit(ACCOUNTS_NAMED).map(a -> "\n  %s, %s of %s".formatted(Sizes.text(a.bytes()),
                a.category().name().toLowerCase(Locale.ROOT), a.owner())).collect(Collectors.joining());
        final List<String> todo = new ArrayList<>();
        worst.advice().stream().filter(advice -> advice.helps() && advice.verdict() != Verdict.OVER).limit(REMEDIES_NAMED)
                .forEach(advice -> todo.add("%s: peak %s, fits.".formatted(advice.title(), Sizes.text(advice.peakBytes()))));
        todo.add("See all that saves memory with headroom plan and the same options.");
        todo.add("Raise --budget, or start with --anyway: the run then stops before it passes the budget.");
        return new WorkbenchException(new Problem(
                "The run would need %s and the budget is %s: %s too much, in %s%s. The largest accounts then:%s".formatted(Sizes.text(plan.peak().bytes()),
                        Sizes.text(budget), Sizes.text(plan.peak().bytes() - budget), plan.peak().op(),
                        plan.peak().owner().isEmpty() ? "" : " of " + plan.peak().owner(), largest),
                "Nothing was started.", todo, ""));
    }

    static String hash(Path file) {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (IOException e) {
            throw new WorkbenchException(Problem.of("The data file " + file + " cannot be read: " + e.getMessage() + ".", "Nothing was started.",
                    "Check the disk and the permissions."), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
