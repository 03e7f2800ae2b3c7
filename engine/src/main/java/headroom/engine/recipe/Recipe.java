package headroom.engine.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.data.ClientRows;
import headroom.engine.data.Dataset;
import headroom.engine.data.DatasetKind;
import headroom.engine.data.JobRows;
import headroom.engine.data.Shards;
import headroom.engine.data.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a method is: a choice in each of eight slots, and the element type of the computation. A recipe is data; it is stored with every run and read back to resume it.
 *
 * @param compute element type of activations and matrix products
 * @param memory where the tensors lie that pass within a step
 */
public record Recipe(
        ComputeType compute, WeightsChoice weights, AdapterChoice adapter, SelectorChoice selector, GradientChoice gradient, ActivationsChoice activations,
        OptimizerChoice optimizer, DataChoice data, RunChoice run, TensorMemory memory) {

    private static final ObjectMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /** What older versions stored says nothing of memory. */
    public Recipe {
        memory = memory == null ? TensorMemory.ARENA : memory;
    }

    /** Full fine-tuning with AdamW: every slot at its default. */
    public static Recipe defaults() {
        return new Recipe(ComputeType.F32, new WeightsChoice.Dense(), new AdapterChoice.None(), new SelectorChoice.AllParameters(), new GradientChoice.Backprop(),
                new ActivationsChoice.KeepNeeded(), OptimizerChoice.adamW(5e-5), new DataChoice(32, 1, 128), new RunChoice.SinglePhase(), TensorMemory.ARENA);
    }

    public Recipe with(ComputeType c) {
        return new Recipe(c, weights, adapter, selector, gradient, activations, optimizer, data, run, memory);
    }

    public Recipe with(WeightsChoice w) {
        return new Recipe(compute, w, adapter, selector, gradient, activations, optimizer, data, run, memory);
    }

    /** Sets the adapter, and with it the selector's default: an adapter trains alone. */
    public Recipe with(AdapterChoice a) {
        SelectorChoice s = a instanceof AdapterChoice.None ? selector : new SelectorChoice.AdapterOnly();
        return new Recipe(compute, weights, a, s, gradient, activations, optimizer, data, run, memory);
    }

    public Recipe with(SelectorChoice s) {
        return new Recipe(compute, weights, adapter, s, gradient, activations, optimizer, data, run, memory);
    }

    public Recipe with(GradientChoice g) {
        return new Recipe(compute, weights, adapter, selector, g, activations, optimizer, data, run, memory);
    }

    public Recipe with(ActivationsChoice a) {
        return new Recipe(compute, weights, adapter, selector, gradient, a, optimizer, data, run, memory);
    }

    public Recipe with(OptimizerChoice o) {
        return new Recipe(compute, weights, adapter, selector, gradient, activations, o, data, run, memory);
    }

    public Recipe with(DataChoice d) {
        return new Recipe(compute, weights, adapter, selector, gradient, activations, optimizer, d, run, memory);
    }

    public Recipe with(RunChoice r) {
        return new Recipe(compute, weights, adapter, selector, gradient, activations, optimizer, data, r, memory);
    }

    public Recipe with(TensorMemory m) {
        return new Recipe(compute, weights, adapter, selector, gradient, activations, optimizer, data, run, m);
    }

    /** The shape of a step's batch, all micro-batches together, in which every row is as long as the data slot allows. */
    public Batch.Shape fullBatch() {
        List<Integer> jobs = run instanceof RunChoice.CoTraining c ? c.rows(data) : List.of();
        int rows = jobs.isEmpty() ? Math.multiplyExact(data.batch(), data.accumulate()) : jobs.stream().mapToInt(i -> i).sum();
        return new Batch.Shape(rows, data.length(), data.pack() ? data.length() : 0, jobs);
    }

    /**
     * The batches of a run on a dataset: in turn for one job, side by side for several, client by client in a federation.
     *
     * @param seed of the run
     */
    public BatchSource batches(Dataset rows, Tokenizer tokenizer, long seed) {
        int each = Math.multiplyExact(data.batch(), data.accumulate());
        return switch (run) {
            case RunChoice.SinglePhase _, RunChoice.Phases _ -> rows.batches(tokenizer, each, data.length(), data.order(), data.pack(), seed);
            case RunChoice.CoTraining c -> {
                List<Dataset> shards = c.jobs().stream().anyMatch(j -> j.shard() >= 0) ? Shards.inTurn(rows, c.jobs().size()) : List.of();
                List<BatchSource> sources = new ArrayList<>();
                for (int i = 0; i < c.jobs().size(); i++) {
                    long own = adapter instanceof AdapterChoice.SegmentedLowRank s ? s.sets().get(i).seed() : 0;
                    int shard = c.jobs().get(i).shard();
                    sources.add((shard < 0 ? rows : shards.get(shard)).batches(tokenizer, c.rows(data).get(i), data.length(), data.order(), data.pack(), seed + own));
                }
                yield new JobRows(sources, rows.kind() == DatasetKind.CLASSIFICATION, tokenizer.pad().orElse(0));
            }
            case RunChoice.FederatedRounds f -> {
                List<Dataset> shards = f.shards(rows, seed);
                yield new ClientRows(shards.stream().map(s -> s.batches(tokenizer, each, data.length(), data.order(), data.pack(), seed)).toList(),
                        shards.stream().map(s -> s.train().size()).toList(), f.localSteps());
            }
        };
    }

    public String toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a recipe could not be written as JSON: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException if the text is not a recipe; the message says where */
    public static Recipe fromJson(String json) {
        try {
            JsonNode tree = JSON.readTree(json);
            if (tree == null || !tree.isObject()) {
                throw new IllegalArgumentException("not a recipe: expected a JSON object with the eight slots");
            }
            OlderForms.upgrade(tree);
            return JSON.treeToValue(tree, Recipe.class);
        } catch (JsonMappingException e) {
            throw new IllegalArgumentException("not a recipe: " + e.getOriginalMessage() + " at " + e.getPathReference(), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a recipe: " + e.getOriginalMessage() + " at " + e.getLocation().offsetDescription(), e);
        }
    }
}
