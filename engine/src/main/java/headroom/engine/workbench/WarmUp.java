package headroom.engine.workbench;

import headroom.engine.compute.Compute;
import headroom.engine.data.Batch;
import headroom.engine.model.HuggingFaceConfig;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.data.BatchUpload;
import headroom.engine.recipe.data.DeviceBatch;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a model of a few kilobytes for two steps with the recipe of a run that is about to begin: libraries, thread pools and compiled kernels are
 * then loaded, and the growth of the process that is measured afterwards is the run's.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final int ROWS = 4;
    private static final int LENGTH = 32;
    private static final ModelConfig ENCODER = HuggingFaceConfig.parse("warm-up", """
            {"model_type": "bert", "vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
             "max_position_embeddings": 64, "type_vocab_size": 2}""");
    private static final ModelConfig DECODER = HuggingFaceConfig.parse("warm-up", """
            {"model_type": "llama", "vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
             "intermediate_size": 64, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu"}""");

    private WarmUp() {}

    static void run(Compute compute, Prepared prepared) {
        final ModelConfig config = prepared.model().config().family().isEncoder() ? ENCODER : DECODER;
        final Recipe recipe = prepared.method().recipe().with(new DataChoice(ROWS, 1, LENGTH));
        final Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 0), 0);
        try (Assembly assembly = new Assembly(compute, recipe, maker, prepared.task(), 0, 2)) {
            for (int step = 0; step < 2; step++) {
                final List<DeviceBatch> batch = BatchUpload.of(compute, batch(assembly.objective().perToken()), 1, assembly.objective().perToken());
                try {
                    assembly.step(step, batch);
                } finally {
                    batch.forEach(DeviceBatch::close);
                }
            }
        } catch (IllegalArgumentException e) {
            // a recipe made for a larger model: the run goes on cold, only its measured growth is less exact
            LOG.debug("no warm-up: {}", e.getMessage());
        }
    }

    private static Batch batch(boolean perToken) {
        final int[] ids = new int[ROWS * LENGTH];
        Arrays.fill(ids, 7);
        final int[] lengths = new int[ROWS];
        Arrays.fill(lengths, LENGTH);
        final int[] mask = new int[perToken ? ids.length : ROWS];
        Arrays.fill(mask, 1);
        return new Batch(ROWS, LENGTH, ids, lengths, new int[ids.length], new int[mask.length], mask, new long[ROWS]);
    }
}
