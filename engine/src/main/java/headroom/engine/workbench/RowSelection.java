package headroom.engine.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.data.Batch;
import headroom.engine.data.Dataset;
import headroom.engine.data.Example;
import headroom.engine.data.RowsToScore;
import headroom.engine.data.Tokenizer;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.JsonFiles;
import headroom.engine.memory.Ledger;
import headroom.engine.plan.Rehearsal;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.data.Selecting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which rows a run is trained on, where its data slot chooses some: before the choice the rows to be scored, after it the rows that were kept. What was kept is written beside
 * the checkpoints before the first step, so that a resumed run trains on the same rows without scoring again.
 *
 * @param choice how rows are chosen
 * @param rows to be scored
 * @param peak of the scoring passes
 * @param kept source rows, or empty before the choice
 */
record RowSelection(SubsetSelection choice, RowsToScore rows, Ledger.Peak peak, Optional<Set<Long>> kept) {
    private static final String FILE = "selection.json";
    private static final String ROWS = "rows";

    /**
     * The choice of a job's data slot, or nothing if it takes all rows.
     *
     * @throws IllegalArgumentException if the rows cannot be scored in this way
     */
    static Optional<RowSelection> of(Prepared prepared, Dataset data, Tokenizer tokenizer, long seed, Optional<Set<Long>> kept) {
        final DataChoice asked = prepared.method().recipe().data();
        if (asked.select() == null) {
            return Optional.empty();
        }
        final RowsToScore rows = new RowsToScore(data, tokenizer, asked.batch(), asked.length(), asked.select().views());
        return Optional.of(new RowSelection(asked.select(), rows, peak(prepared, asked.select(), rows, seed), kept));
    }

    private static Ledger.Peak peak(Prepared prepared, SubsetSelection choice, RowsToScore rows, long seed) {
        try (Rehearsal base = new Rehearsal(Selecting.base(prepared.method().recipe()), prepared.onShapes(), prepared.task(), seed, 1)) {
            Ledger.Peak highest = base.ledger().peak();
            for (final Batch.Shape shape : rows.shapes()) {
                final Ledger.Peak p = base.select("select", choice, shape, rows.count()).peak();
                highest = p.bytes() > highest.bytes() ? p : highest;
            }
            return highest;
        }
    }

    RowSelection keeping(Set<Long> chosen) {
        return new RowSelection(choice, rows, peak, Optional.of(chosen));
    }

    /** Source rows of what was picked. */
    static Set<Long> rows(Dataset data, Selecting.Picked picked) {
        final Set<Long> out = new LinkedHashSet<>();
        final List<Example> train = data.train();
        for (final int place : picked.places()) {
            out.add(train.get(place).row());
        }
        return out;
    }

    /** Writes what was picked beside the checkpoints of a run, whole or not at all. */
    static void write(Path checkpoints, Set<Long> rows, Selecting.Picked picked) throws IOException {
        final ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("of", picked.scores().length).put("lowest", picked.lowest()).put("highest", picked.highest()).put("leftOut", picked.left());
        final ArrayNode list = node.putArray(ROWS);
        rows.forEach(list::add);
        JsonFiles.write(checkpoints.resolveSibling(FILE), node);
    }

    /** What an earlier part of a run picked. */
    static Optional<Set<Long>> recorded(Path checkpoints) {
        final Path file = checkpoints.resolveSibling(FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            final Set<Long> rows = new LinkedHashSet<>();
            for (final JsonNode row : JsonFiles.read(file).path(ROWS)) {
                rows.add(row.asLong());
            }
            return Optional.of(rows);
        } catch (IOException | FormatException e) {
            throw new WorkbenchException(Problem.of("The rows that the run was trained on cannot be read from " + file + ": " + e.getMessage(),
                    "The run and its checkpoints are untouched.", "Remove the file: the rows are then chosen again, in the same way."), e);
        }
    }

    /** For people: what was kept of how many rows, and the scores. */
    static String words(SubsetSelection choice, Selecting.Picked picked, double seconds) {
        final double[] kept = picked.range();
        return "%,d of %,d rows kept by %s; scores %.3g to %.3g, of those kept %.3g to %.3g%s; %.1f s".formatted(picked.places().length, picked.scores().length,
                SlotWords.score(choice.score()), picked.lowest(), picked.highest(), kept[0], kept[1],
                picked.left() == 0 ? "" : ", %,d left out at 1 or more".formatted(picked.left()), seconds);
    }
}
