package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.TorchCompute;
import headroom.engine.data.BatchSource;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.ChangedParameters;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SelectorChoice.Amount;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport;
import headroom.engine.recipe.SelectorChoice.MagnitudeSupport.Pick;
import headroom.engine.recipe.SelectorChoice.RandomSupport;
import headroom.engine.recipe.SelectorChoice.RandomSupport.Unit;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint of partly trained matrices holds and what it takes on disk. That runs go on from them bit for bit is held by {@link SupportRunTest}, for every kind of support. */
class CompactCheckpointTest {
    private static final List<String> ALL = List.of("all");
    private static final int STEPS = 6;
    @TempDir
    Path folder;

    private static Recipe recipe(SelectorChoice s) {
        return Recipe.defaults().with(new DataChoice(16, 1, 32)).with(OptimizerChoice.adamW(1e-2).with(new OptimizerChoice.RemapSupport())).with(s);
    }

    private static Assembly assembly(TorchCompute c, Recipe r) {
        TinyTask t = TinyTask.decoder();
        return new Assembly(c, r, t.maker(), t.task(), 11, STEPS);
    }

    /** Trains, from a checkpoint if there is one, to a step; the losses, and where it left a checkpoint. */
    private List<Double> train(Recipe r, Path from, int stopAfter, List<Path> left) throws Exception {
        List<Double> losses = new ArrayList<>();
        Control control = new Control();
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = assembly(c, r)) {
            BatchSource data = TinyTask.decoder().batches(16, 32, 11);
            Trainer trainer = new Trainer(a, data, new Trainer.Extent(STEPS, 0, 0, folder.resolve(left.size() + "-" + stopAfter)), control, new RunListener() {
                @Override
                public void started(long fromStep, long toStep) {}

                @Override
                public void stepped(Step step) {
                    losses.add(step.loss());
                    if (step.step() == stopAfter) {
                        control.stop();
                    }
                }

                @Override
                public void evaluated(long step, Map<String, Double> metrics, double seconds) {}

                @Override
                public void checkpointed(long step, Checkpoint.Written written, double seconds) {
                    left.add(written.folder());
                }

                @Override
                public void paused(long step) {}

                @Override
                public void resumed(long step) {}
            });
            if (from != null) {
                try (Checkpoint.Opened o = Checkpoint.open(from)) {
                    trainer.restore(o);
                }
            }
            trainer.run();
        }
        return losses;
    }

    private record Matrix(long out, long in) {}

    /** The matrices of the blocks. */
    private static List<Matrix> matrices() {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = assembly(c, recipe(new SelectorChoice.AllParameters()))) {
            return a.model().sites().stream().map(s -> new Matrix(s.out(), s.in())).toList();
        }
    }

    /** Bytes of all tensors of parameters, and the largest that the file may be with what else stands in it. */
    private static long parameterBytes(Path checkpoint) throws Exception {
        try (Checkpoint.Opened o = Checkpoint.open(checkpoint)) {
            return o.tensors().stream().filter(n -> n.startsWith("parameter.")).mapToLong(n -> o.shape(n).bytes(o.dtype(n))).sum();
        }
    }

    private void holds(SelectorChoice s, String suffix, ToLongFunction<Matrix> bytes) throws Exception {
        List<Path> left = new ArrayList<>();
        train(recipe(s), null, 3, left);
        Path at = left.getFirst();
        assertThat(parameterBytes(at)).isEqualTo(matrices().stream().mapToLong(bytes).sum());
        try (Checkpoint.Opened o = Checkpoint.open(at)) {
            assertThat(o.tensors().stream().filter(n -> n.startsWith("parameter."))).allMatch(n -> n.endsWith(suffix) || n.endsWith(":values"));
            long all = o.tensors().stream().mapToLong(n -> o.shape(n).bytes(o.dtype(n))).sum();
            long header = 300L * o.tensors().size();
            assertThat(Files.size(at.resolve("state.safetensors"))).isBetween(all, all + header);
        }
    }

    @Test
    void columnsThatTrainAreHeldWithTheirNumbers() throws Exception {
        holds(new RandomSupport(Unit.COLUMNS, Amount.of(8), 0, ALL), ":columns", m -> m.out() * 8 * 4 + 8 * 4);
    }

    @Test
    void rowsThatTrainAreHeldWithTheirNumbers() throws Exception {
        holds(new RandomSupport(Unit.ROWS, Amount.of(5), 0, ALL), ":rows", m -> 5 * m.in() * 4 + 5 * 4);
    }

    @Test
    void entriesThatTrainAreHeldWithTheirPositions() throws Exception {
        holds(new RandomSupport(Unit.ENTRIES, Amount.of(40), 0, ALL), ":entries", m -> 40 * (4 + 4));
        holds(new MagnitudeSupport(Pick.TOP_PER_ROW, Amount.of(3), ALL), ":entries", m -> 3 * m.out() * (4 + 4));
    }

    /** After redraws everything that ever trained is held; where that is most of the matrix it is held whole, which is smaller. */
    @Test
    void whatTrainedBeforeIsHeldTooAndTheSmallerFormIsTaken() throws Exception {
        List<Path> left = new ArrayList<>();
        Recipe drawn = recipe(new RandomSupport(Unit.COLUMNS, Amount.of(4), 1, ALL));
        train(drawn, null, 1, left);
        train(drawn, null, 3, left);
        assertThat(parameterBytes(left.get(1))).isGreaterThan(parameterBytes(left.get(0))).isLessThanOrEqualTo(3 * parameterBytes(left.get(0)));
        train(recipe(new RandomSupport(Unit.ENTRIES, Amount.share(0.6), 0, ALL)), null, 2, left);
        assertThat(parameterBytes(left.get(2))).isEqualTo(matrices().stream().mapToLong(m -> m.out() * m.in() * 4).sum());
    }

    /** Rows in one phase, columns in the next: the run goes on from where they are joined. */
    @Test
    void partsOfTwoKindsAreJoinedAndGoneOnFrom() throws Exception {
        Recipe two = recipe(new RandomSupport(Unit.ROWS, Amount.of(2), 0, ALL)).with(new RunChoice.Phases(List.of(RunChoice.Phase.steps("rows", 2),
                RunChoice.Phase.steps("columns", 0).with(new RandomSupport(Unit.COLUMNS, Amount.of(2), 0, ALL)).with(RunChoice.HandOff.MODEL)), List.of()));
        List<Path> left = new ArrayList<>();
        List<Double> whole = train(two, null, -1, left);
        List<Double> joined = train(two, null, 4, left);
        try (Checkpoint.Opened o = Checkpoint.open(left.get(1))) {
            assertThat(o.tensors()).anyMatch(n -> n.endsWith(":entries"));
        }
        assertThat(parameterBytes(left.get(1))).isEqualTo(matrices().stream().mapToLong(m -> (2 * m.in() + 2 * m.out() - 4) * 8).sum());
        joined.addAll(train(two, left.get(1), -1, left));
        assertThat(joined).isEqualTo(whole);
        // the last checkpoint of the resumed run holds what changed before it was resumed
        assertThat(parameterBytes(left.get(2))).isEqualTo(parameterBytes(left.get(0)));
    }

    /** A checkpoint as earlier versions wrote it: whole parameters, format 1. */
    @Test
    void aCheckpointOfAnEarlierVersionIsGoneOnFrom() throws Exception {
        Recipe r = recipe(new RandomSupport(Unit.COLUMNS, Amount.of(8), 0, ALL));
        List<Path> left = new ArrayList<>();
        List<Double> whole = train(r, null, -1, left);
        List<Double> joined = train(r, null, 3, left);
        Path older = folder.resolve("older");
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = assembly(c, r); Checkpoint.Opened o = Checkpoint.open(left.get(1))) {
            a.restore(o);
            ChangedParameters all = new ChangedParameters();
            a.trainables(3).parameters().forEach(all::note);
            Checkpoint.write(c, older, w -> {
                a.save(w, all);
                for (String n : List.of("run.step", "data.epoch", "data.position")) {
                    w.number(n, o.number(n));
                }
            });
        }
        Path json = older.resolve("checkpoint.json");
        Files.writeString(json, Files.readString(json).replaceFirst("\"format\" : 2", "\"format\" : 1"));
        assertThat(parameterBytes(older)).isEqualTo(matrices().stream().mapToLong(m -> m.out() * m.in() * 4).sum());
        joined.addAll(train(r, older, -1, left));
        assertThat(joined).isEqualTo(whole);
    }

    @Test
    void numbersThatTheModelDoesNotHaveAreRefused() {
        State.Reader r = new State.Reader() {
            @Override
            public Set<String> tensors() {
                return Set.of("parameter.decoder.0.attention.q.weight:columns", "parameter.decoder.0.attention.q.weight:values");
            }

            @Override
            public DType dtype(String name) {
                return name.endsWith("values") ? DType.F32 : DType.I32;
            }

            @Override
            public Shape shape(String name) {
                return name.endsWith("values") ? Shape.of(32, 1) : Shape.of(1);
            }

            @Override
            public ByteBuffer data(String name) {
                byte[] bytes = new byte[4 * (int) shape(name).elements()];
                Arrays.fill(bytes, (byte) 1);
                return ByteBuffer.wrap(bytes);
            }

            @Override
            public long number(String name) {
                return 0;
            }
        };
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = assembly(c, recipe(new RandomSupport(Unit.COLUMNS, Amount.of(1), 0, ALL)))) {
            assertThat(a.parameters()).extracting(Parameter::path).contains("decoder.0.attention.q.weight");
            assertThatThrownBy(() -> a.restore(r)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(":columns 16843009").hasMessageContaining("the model has 32");
        }
    }
}
