package headroom.engine.workbench;

import headroom.engine.data.BatchSource;
import headroom.engine.data.CheckedDataset;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.Tokenizer;
import headroom.engine.recipe.DataChoice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/** Turns requests into jobs; refuses here, with a sentence, what could not be trained. */
final class RunJobs {
    private static final int EPOCHS_OF_A_CLASSIFIER = 3;

    private final Preparation preparation;
    private final LongSupplier freeMemory;

    RunJobs(Preparation preparation, LongSupplier freeMemory) {
        this.preparation = preparation;
        this.freeMemory = freeMemory;
    }

    RunJob job(RunRequest request) {
        final PlanRequest asked = request.plan();
        final String data = asked.data().orElseThrow(() -> new WorkbenchException(Problem.of("A run needs data, and none is named.", "Nothing was started.",
                "Name a dataset of the catalog or a file.")));
        final Prepared prepared = preparation.of(asked);
        final Path folder = prepared.model().folder().filter(_ -> request.fresh() || !prepared.model().entry().shapeOnly())
                .orElseThrow(() -> noWeights(prepared.model().entry()));
        final CheckedDataset checked = preparation.data().load(data, asked.columns());
        final BatchSource source = source(prepared, checked, folder, request.seed());
        final int epoch = source.batchesPerEpoch();
        final int steps = steps(request, epoch, checked.kind());
        final RunPlan plan = RunPlan.of(prepared, request.seed(), source, steps, steps);
        final long budget = asked.budgetBytes().orElseGet(freeMemory);
        final RunJob job = new RunJob(request, prepared, checked, source, steps, every(request.evalEvery(), epoch), every(request.checkpointEvery(), epoch),
                plan, budget, hash(checked.dataset().file()));
        if (plan.peak().bytes() > budget && !request.anyway()) {
            throw tooLarge(plan, budget);
        }
        return job;
    }

    private static WorkbenchException noWeights(ModelEntry model) {
        return new WorkbenchException(Problem.of("The weights of " + model.name() + " are not here: its shape can be planned with, not trained.",
                "Nothing was started.", "Choose a model that headroom catalog models calls \"can be trained\".",
                "Name a folder with its config.json, tokenizer.json and safetensors as --model; without weights it can be pre-trained."));
    }

    private static BatchSource source(Prepared prepared, CheckedDataset checked, Path folder, long seed) {
        final DataChoice choice = prepared.method().recipe().data();
        try (Tokenizer tokenizer = Preparation.tokenizer(folder)) {
            return checked.dataset().batches(tokenizer, Math.multiplyExact(choice.batch(), choice.accumulate()), choice.length(), seed);
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

    private static WorkbenchException tooLarge(RunPlan plan, long budget) {
        return new WorkbenchException(Problem.of(
                "The run would need %.2f GiB and the budget is %.2f GiB: %.2f GiB too much, in %s%s.".formatted(gib(plan.peak().bytes()), gib(budget),
                        gib(plan.peak().bytes() - budget), plan.peak().op(), plan.peak().owner().isEmpty() ? "" : " of " + plan.peak().owner()),
                "Nothing was started.", "See what saves memory with headroom plan and the same options.", "Raise --budget, or start with --anyway: the run "
                        + "then stops before it passes the budget."));
    }

    private static double gib(long bytes) {
        return bytes / (double) (1L << 30);
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
