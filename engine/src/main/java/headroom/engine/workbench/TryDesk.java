package headroom.engine.workbench;

import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.Example;
import headroom.engine.data.Tokenizer;
import headroom.engine.exchange.FormatException;
import headroom.engine.model.Generator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** Puts texts to the base model and to the tuned one. Both stay loaded for the run that was asked last, on one thread that owns them. */
final class TryDesk implements AutoCloseable {
    private static final int NEW_TOKENS = 64;
    private static final int LIKELIEST = 4;

    private final RunModels models;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("try").factory());
    private Loaded loaded;

    TryDesk(RunModels models) {
        this.models = models;
    }

    private record Loaded(RunModels.Found found, List<String> labels, Tokenizer tokenizer, TunedModel base, TunedModel tuned) {
        private boolean serves(RunModels.Found asked) {
            return found.run().id().equals(asked.run().id()) && found.checkpoint().step() == asked.checkpoint().step();
        }

        private void close() {
            base.close();
            tuned.close();
            tokenizer.close();
        }
    }

    TryResult ask(String run, String text, Progress progress) {
        if (text.isBlank()) {
            throw new WorkbenchException(Problem.of("The text is empty.", "Nothing was changed.", "Write a sentence to ask about, or the beginning of a text."));
        }
        // of a run of several jobs the one that is asked
        final int colon = run.indexOf(':');
        final String id = colon < 0 ? run : run.substring(0, colon);
        return onThread(() -> answerBoth(models.find(id), colon < 0 ? "" : run.substring(colon + 1), text, progress));
    }

    List<HeldOutRow> heldOut(String run, int limit) {
        final Dataset data = models.data(models.find(run).request()).dataset();
        return data.heldOut().stream().limit(limit)
                .map(row -> new HeldOutRow(row.row(), row.text(), row.label() == Example.NO_LABEL ? "" : data.labels().get(row.label()))).toList();
    }

    private TryResult answerBoth(RunModels.Found found, String job, String text, Progress progress) {
        final Loaded both = load(found, progress);
        final String who = asked(both.tuned(), job);
        return new TryResult(found.run().id(), text, answer(both, both.base(), text, found.prepared().model().entry().name() + ", untouched", false),
                answer(both, both.tuned(), text, found.run().asked().name() + ", run " + found.run().id() + ", step " + found.checkpoint().step() + who, true));
    }

    /** Lets one of several jobs answer, the first unless one is named; which one, in words. */
    private static String asked(TunedModel tuned, String job) {
        final List<String> jobs = tuned.assembly().adapter() == null ? List.of() : tuned.assembly().adapter().sets();
        if (jobs.isEmpty() && job.isEmpty()) {
            return "";
        }
        final String name = job.isEmpty() ? jobs.getFirst() : job;
        try {
            tuned.assembly().answer(name);
        } catch (IllegalArgumentException e) {
            throw new WorkbenchException(Problem.of("The run has no job '" + job + "': " + e.getMessage() + ".", "Nothing was asked.",
                    jobs.isEmpty() ? "Name the run alone." : "Name one of them after the run and a colon."), e);
        }
        return ", " + name + " of " + String.join(", ", jobs);
    }

    private Loaded load(RunModels.Found found, Progress progress) {
        if (loaded != null && loaded.serves(found)) {
            return loaded;
        }
        unload();
        TunedModel base = null;
        TunedModel tuned = null;
        try {
            progress.at(new Progress.At("loading the base model", 0, 2, "models"));
            base = found.untouched();
            progress.at(new Progress.At("loading the tuned model", 1, 2, "models"));
            tuned = found.tuned();
            loaded = new Loaded(found, models.data(found.request()).dataset().labels(), found.tokenizer(), base, tuned);
            return loaded;
        } catch (IOException | FormatException e) {
            throw RunModels.unreadable(found.run().id(), e);
        } finally {
            if (loaded == null) {
                close(base);
                close(tuned);
            }
        }
    }

    private static void close(TunedModel model) {
        if (model != null) {
            model.close();
        }
    }

    private void unload() {
        if (loaded != null) {
            final Loaded old = loaded;
            loaded = null;
            old.close();
        }
    }

    private static TryResult.Answer answer(Loaded both, TunedModel model, String text, String who, boolean tuned) {
        final long begin = System.nanoTime();
        model.ledger().resetPeak();
        final TryResult.Answer answer = both.labels().isEmpty() ? continuation(both, model, text, who) : label(both, model, text, who, tuned);
        return new TryResult.Answer(answer.who(), answer.text(), answer.labels(), answer.tokens(), answer.tokenCount(), (System.nanoTime() - begin) * 1e-9,
                model.ledger().peak().bytes(), answer.note());
    }

    private static TryResult.Answer label(Loaded both, TunedModel model, String text, String who, boolean tuned) {
        final int longest = both.found().recipe().data().length();
        final double[] shares = shares(model.classify(text, both.tokenizer(), longest), 0, both.labels().size());
        final List<TryResult.Probability> labels = IntStream.range(0, shares.length)
                .mapToObj(i -> new TryResult.Probability(both.labels().get(i), shares[i]))
                .sorted(Comparator.comparingDouble(TryResult.Probability::probability).reversed()).toList();
        final int tokens = Math.min(longest, both.tokenizer().encode(text).length());
        return new TryResult.Answer(who, labels.getFirst().text(), labels, List.of(), tokens, 0, 0,
                tuned ? Optional.empty() : Optional.of("the base model has no head for these labels: an untrained one answers by chance"));
    }

    private static TryResult.Answer continuation(Loaded both, TunedModel model, String text, String who) {
        final Tokenizer tokenizer = both.tokenizer();
        final int[] plain = tokenizer.encodePlain(text);
        final int[] prompt = tokenizer.bos().isPresent() ? IntStream.concat(IntStream.of(tokenizer.bos().getAsInt()), IntStream.of(plain)).toArray() : plain;
        final int[] added = new Generator(model.compute(), model.assembly().model(), model.assembly().driver()).generate(prompt, Generator.Settings.greedy(NEW_TOKENS));
        final int positions = model.assembly().model().config().maxPositions();
        final int from = Math.max(0, prompt.length + added.length - positions);
        final int[] whole = IntStream.concat(IntStream.of(prompt), IntStream.of(added)).skip(from).toArray();
        final float[] logits = model.continuations(whole);
        final int vocabulary = logits.length / whole.length;
        final List<TryResult.Token> tokens = new ArrayList<>();
        for (int i = 0; i < added.length; i++) {
            // the logits before a token are those it was chosen by
            final double[] shares = shares(logits, (prompt.length + i - 1 - from) * vocabulary, vocabulary);
            tokens.add(new TryResult.Token(shown(tokenizer, added[i], shares), likeliest(tokenizer, shares)));
        }
        return new TryResult.Answer(who, tokenizer.decode(added), List.of(), tokens, added.length, 0, 0, Optional.empty());
    }

    private static TryResult.Probability shown(Tokenizer tokenizer, int token, double[] shares) {
        return new TryResult.Probability(tokenizer.decode(new int[] {token}), shares[token]);
    }

    private static List<TryResult.Probability> likeliest(Tokenizer tokenizer, double[] shares) {
        final List<TryResult.Probability> best = new ArrayList<>();
        final double[] left = shares.clone();
        for (int n = 0; n < Math.min(LIKELIEST, left.length); n++) {
            int most = 0;
            for (int i = 1; i < left.length; i++) {
                most = left[i] > left[most] ? i : most;
            }
            best.add(shown(tokenizer, most, shares));
            left[most] = -1;
        }
        return best;
    }

    /** Softmax of {@code count} logits from {@code from} on. */
    static double[] shares(float[] logits, int from, int count) {
        final double[] shares = new double[count];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, logits[from + i]);
        }
        for (int i = 0; i < count; i++) {
            shares[i] = Math.exp(logits[from + i] - most);
        }
        final double sum = Arrays.stream(shares).sum();
        return Arrays.stream(shares).map(share -> share / sum).toArray();
    }

    private <T> T onThread(Callable<T> work) {
        try {
            return thread.submit(work).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("asking the models failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.util.concurrent.CancellationException("interrupted");
        }
    }

    @Override
    public void close() {
        if (!thread.isShutdown()) {
            onThread(() -> {
                unload();
                return true;
            });
            thread.shutdown();
        }
    }
}
