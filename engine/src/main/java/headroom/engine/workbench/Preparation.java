package headroom.engine.workbench;

import headroom.engine.data.Batch;
import headroom.engine.data.CheckedDataset;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.HuggingFaceTokenizers;
import headroom.engine.data.PaddedBatches;
import headroom.engine.data.TokenBlocks;
import headroom.engine.data.TokenLengths;
import headroom.engine.data.Tokenizer;
import headroom.engine.data.TokenizerException;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Resolves requests: model, recipe, task and the shapes that batches of the data will have. */
final class Preparation {
    private static final int CLASSES_ASSUMED = 2;
    private static final int MULTIPLE = 8;
    private static final int KEPT = 16;

    private final ModelShelf models;
    private final DataShelf data;
    private final Map<Key, Tokens> measured = remembering();
    private final Map<Packed, Batch.Shape> packed = remembering();

    Preparation(ModelShelf models, DataShelf data) {
        this.models = models;
        this.data = data;
    }

    /** A checked dataset is the same object while its file is unchanged; comparing its rows would cost more than measuring them. */
    private record Key(CheckedDataset dataset, Path tokenizer) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && dataset == key.dataset && tokenizer.equals(key.tokenizer);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(dataset) + tokenizer.hashCode();
        }
    }

    /** What the shape of a batch rests on where rows hold several texts, or are of several jobs or clients. */
    private record Packed(Key data, DataChoice choice, RunChoice run) {}

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > KEPT;
            }
        };
    }

    /** @param stream tokens of all training documents joined */
    private record Tokens(TokenLengths lengths, long stream) {}

    ModelShelf models() {
        return models;
    }

    DataShelf data() {
        return data;
    }

    Prepared of(PlanRequest request) {
        final ModelShelf.Shelved model = models.find(request.model());
        final MethodShelf.Resolved method = MethodShelf.resolve(request, model.config().maxPositions());
        final Batch.Shape full = method.recipe().fullBatch();
        if (request.data().isEmpty()) {
            final boolean labels = model.config().family().isEncoder() || method.method().classifier();
            final Assembly.Task task = labels ? new Assembly.Task.Classification(CLASSES_ASSUMED) : new Assembly.Task.LanguageModelling();
            final List<String> assumed = new ArrayList<>(List.of("every row fills " + full.length() + " tokens"));
            if (labels) {
                assumed.add(CLASSES_ASSUMED + " labels");
            }
            return new Prepared(request, model, method, task, full, full, full, assumed);
        }
        final CheckedDataset checked = data.load(request.data().get(), request.columns());
        if (checked.kind() == DatasetKind.LANGUAGE_MODELLING && model.config().family().isEncoder()) {
            throw new WorkbenchException(Problem.of("The data file " + checked.table().file() + " was read as texts without labels ("
                    + checked.columns().why() + "), and " + model.entry().name() + " learns labels." + DataShelf.badRows(checked), "Nothing was started.",
                    "Name the label column (--label), or choose a decoder to continue texts."));
        }
        return withData(request, model, method, full, checked);
    }

    private Prepared withData(PlanRequest request, ModelShelf.Shelved model, MethodShelf.Resolved method, Batch.Shape full, CheckedDataset checked) {
        final Dataset rows = checked.dataset();
        final Assembly.Task task = task(rows);
        final DataChoice choice = method.recipe().data();
        final Optional<Tokens> tokens = model.folder().map(folder -> tokens(checked, folder));
        final List<String> decisions = new ArrayList<>();
        if (checked.bad().count() > 0) {
            decisions.add(checked.bad().count() + (checked.bad().count() == 1 ? " row is left out: " : " rows are left out: ") + String.join(", ", checked.bad().byProblem().keySet()));
        }
        if (choice.select() != null) {
            decisions.add("%,d of %,d rows are kept, and the longest may be among them".formatted(choice.kept(rows.train().size()), rows.train().size()));
        }
        if (tokens.isEmpty()) {
            final Batch.Shape shape = full.jobs().isEmpty() ? new Batch.Shape(Math.min(full.rows(), Math.max(1, choice.kept(rows.train().size()))), full.length(), full.slots()) : full;
            decisions.add("every row fills " + full.length() + " tokens, because the tokenizer of " + model.entry().name() + " is not here");
            return new Prepared(request, model, method, task, shape, shape, shape, decisions);
        }
        final boolean several = method.recipe().run() instanceof RunChoice.CoTraining || method.recipe().run() instanceof RunChoice.FederatedRounds;
        if (full.slots() > 0 || several) {
            final Batch.Shape shape = packed(checked, model.folder().get(), method.recipe());
            if (several) {
                decisions.add("rows are dealt out as with seed 0: %d rows of up to %d tokens in a batch%s".formatted(shape.rows(), shape.length(),
                        shape.jobs().isEmpty() ? "" : ", of each job " + shape.jobs().stream().map(Object::toString).collect(Collectors.joining(", "))));
                return new Prepared(request, model, method, task, shape, shape, shape, decisions);
            }
            decisions.add("texts are put together as with seed 0: %d rows of %d tokens in a batch%s".formatted(shape.rows(), shape.length(),
                    rows.kind() == DatasetKind.CLASSIFICATION ? ", up to %d texts in a row".formatted(shape.slots()) : ""));
            return new Prepared(request, model, method, task, shape, shape, shape, decisions);
        }
        final TokenLengths lengths = tokens.get().lengths();
        if (rows.kind() == DatasetKind.LANGUAGE_MODELLING) {
            final long blocks = Math.max(1, Math.ceilDiv(Math.round((tokens.get().stream() - 1) * (choice.select() == null ? 1 : choice.select().share())), full.length()));
            final Batch.Shape shape = new Batch.Shape((int) Math.min(full.rows(), blocks), full.length());
            return new Prepared(request, model, method, task, shape, shape, shape, decisions);
        }
        final int most = Math.min(full.rows(), choice.kept(rows.train().size()));
        final Batch.Shape worst = new Batch.Shape(most, padded(lengths.longest(), full.length()));
        final Batch.Shape typical = new Batch.Shape(most, padded(longestOf(most, lengths), full.length()));
        decisions.add("the longest row of the data, " + lengths.longest() + " tokens in row " + lengths.longestRow() + ", comes in a full batch");
        if (lengths.longest() > full.length()) {
            decisions.add("rows longer than " + full.length() + " tokens are cut");
        }
        return new Prepared(request, model, method, task, typical, worst, worst, decisions);
    }

    private Batch.Shape packed(CheckedDataset checked, Path folder, Recipe recipe) {
        final Packed key = new Packed(new Key(checked, folder), recipe.data(), recipe.run());
        synchronized (packed) {
            final Batch.Shape known = packed.get(key);
            if (known != null) {
                return known;
            }
        }
        final Batch.Shape found;
        try (Tokenizer tokenizer = tokenizer(folder)) {
            found = recipe.batches(checked.dataset(), tokenizer, 0).worst();
        } catch (IllegalArgumentException e) {
            throw PlanDesk.unfit(e);
        }
        synchronized (packed) {
            packed.put(key, found);
        }
        return found;
    }

    static Assembly.Task task(Dataset rows) {
        return switch (rows.kind()) {
            case CLASSIFICATION -> new Assembly.Task.Classification(rows.labels().size());
            case LANGUAGE_MODELLING -> new Assembly.Task.LanguageModelling();
        };
    }

    /** As batches pad: to a multiple of eight, cut at the run's length. */
    private static int padded(int length, int limit) {
        return Math.min(limit, Math.ceilDiv(Math.max(1, length), MULTIPLE) * MULTIPLE);
    }

    /** The length that the longest of {@code rows} drawn rows has in every second batch, from the histogram. */
    private static int longestOf(int rows, TokenLengths lengths) {
        final double below = Math.pow(0.5, 1.0 / rows) * lengths.rows();
        long counted = 0;
        for (int bin = 0; bin < lengths.bins().length; bin++) {
            counted += lengths.bins()[bin];
            if (counted >= below) {
                return Math.min(lengths.longest(), (bin + 1) * lengths.binWidth() - 1);
            }
        }
        return lengths.longest();
    }

    private Tokens tokens(CheckedDataset checked, Path folder) {
        final Key key = new Key(checked, folder);
        synchronized (measured) {
            final Tokens known = measured.get(key);
            if (known != null) {
                return known;
            }
        }
        final Tokens found;
        try (Tokenizer tokenizer = tokenizer(folder)) {
            // the lengths before cutting: one measure serves every length that is tried
            found = switch (checked.dataset().kind()) {
                case CLASSIFICATION -> new Tokens(new PaddedBatches(checked.dataset(), tokenizer, 1, Integer.MAX_VALUE / 2, 0).lengths(), 0);
                case LANGUAGE_MODELLING -> {
                    final TokenBlocks blocks = new TokenBlocks(checked.dataset(), tokenizer, 1, MULTIPLE, 0);
                    yield new Tokens(blocks.lengths(), blocks.tokens());
                }
            };
        }
        synchronized (measured) {
            measured.put(key, found);
        }
        return found;
    }

    /** @throws WorkbenchException if the model's folder has none that can be read */
    static Tokenizer tokenizer(Path folder) {
        try {
            return HuggingFaceTokenizers.open(folder);
        } catch (TokenizerException e) {
            throw new WorkbenchException(Problem.of("The model's tokenizer cannot be used: " + e.getMessage(), "Nothing was started.",
                    "Put the tokenizer.json of the model into " + folder + "."), e);
        }
    }
}
