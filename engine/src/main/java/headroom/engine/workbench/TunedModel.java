package headroom.engine.workbench;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.Encoding;
import headroom.engine.data.Example;
import headroom.engine.data.PaddedBatches;
import headroom.engine.data.Tokenizer;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.TensorFile;
import headroom.engine.exchange.TensorFiles;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.SpareMemory;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.State;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Value;
import headroom.engine.train.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model to ask: the base as a run found it, or as a checkpoint of the run left it, on a machine and a ledger of its own. Belongs to one thread.
 */
final class TunedModel implements AutoCloseable {
    private static final String PARAMETERS = "parameter.";

    private final Ledger ledger = new Ledger();
    private final Compute compute;
    private final Assembly assembly;
    private Set<String> changed = Set.of();

    private TunedModel(Assembly.ModelMaker maker, Prepared prepared, Recipe recipe, long seed) {
        compute = TorchCompute.cpu(ledger);
        try {
            assembly = new Assembly(compute, recipe, maker, prepared.task(), seed, 1);
        } catch (RuntimeException e) {
            compute.close();
            throw e;
        }
    }

    /**
     * @param weights folder of the model's weights; empty for a run that began with newly drawn ones
     * @param checkpoint empty for the base
     */
    static TunedModel open(Prepared prepared, Recipe recipe, long seed, Optional<Path> weights, Optional<Path> checkpoint) throws IOException {
        final TunedModel model;
        if (weights.isPresent()) {
            try (TensorFile file = TensorFiles.open(weights.get())) {
                model = new TunedModel(prepared.from(file), prepared, recipe, seed);
            }
        } else {
            model = new TunedModel(prepared.fresh(seed), prepared, recipe, seed);
        }
        if (checkpoint.isPresent()) {
            try (Checkpoint.Opened opened = Checkpoint.open(checkpoint.get())) {
                final ParametersOnly parameters = new ParametersOnly(opened);
                model.assembly.restore(parameters);
                // behind a colon stands which part of a parameter it is
                model.changed = parameters.tensors().stream().map(name -> name.substring(PARAMETERS.length()).replaceFirst(":.*", "")).collect(Collectors.toSet());
            } catch (IOException | RuntimeException e) {
                model.close();
                throw e;
            }
        }
        return model;
    }

    Assembly assembly() {
        return assembly;
    }

    Compute compute() {
        return compute;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Paths of what a run changed: everything that its checkpoint holds. */
    Set<String> changed() {
        return changed;
    }

    /** A parameter as a file would hold it. */
    RawTensor raw(Parameter parameter) {
        return new RawTensor(parameter.path(), parameter.dtype(), parameter.shape(), compute.download(parameter.data()));
    }

    /** Takes a parameter from a file; null stands for a tensor that is not there. */
    void fill(Parameter parameter, RawTensor from) {
        if (from == null || !from.shape().equals(parameter.shape()) || from.dtype() != parameter.dtype()) {
            throw new IllegalStateException("what was written for " + parameter.path() + " reads back as " + from);
        }
        compute.overwrite(parameter.data(), from::littleEndianData);
    }

    /** Logits of one text through the task head, [classes]. */
    float[] classify(String text, Tokenizer tokenizer, int longest) {
        final Encoding tokens = PaddedBatches.encode(new Example(1, java.util.List.of(text), 0), tokenizer).cut(longest);
        return logits(tokens.ids(), false);
    }

    /** Logits of the token after each position, [T·vocabulary] row by row. */
    float[] continuations(int[] tokens) {
        return logits(tokens, true);
    }

    private float[] logits(int[] tokens, boolean perToken) {
        final int[] targets = new int[perToken ? tokens.length : 1];
        final float[] coefficients = new float[targets.length];
        Arrays.fill(coefficients, 1);
        try (DeviceBatch batch = DeviceBatch.upload(compute, 1, tokens.length, perToken, () -> tokens, () -> new int[] {tokens.length}, () -> targets,
                () -> coefficients)) {
            final Value logits = assembly.logits(batch);
            try {
                return compute.floats(logits.tensor());
            } finally {
                logits.release();
            }
        }
    }

    @Override
    public void close() {
        assembly.close();
        compute.close();
        SpareMemory.giveBack();
    }

    /** A checkpoint without what is only needed to train on. */
    private record ParametersOnly(State.Reader all) implements State.Reader {
        @Override
        public Set<String> tensors() {
            return all.tensors().stream().filter(name -> name.startsWith(PARAMETERS)).collect(Collectors.toSet());
        }

        @Override
        public DType dtype(String name) {
            return all.dtype(name);
        }

        @Override
        public Shape shape(String name) {
            return all.shape(name);
        }

        @Override
        public ByteBuffer data(String name) {
            return all.data(name);
        }

        @Override
        public long number(String name) {
            return all.number(name);
        }
    }
}
