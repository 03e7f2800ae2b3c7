package headroom.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DatabaseFileTest {
    private static final String FUTURE = "classpath:headroom/db/future";

    @TempDir
    Path home;

    /** Dumps of databases as older programs left them, {@code V1.sql} …, made with H2's {@code script}; each holds run 0001 with ten steps. */
    static Stream<Path> dumps() throws IOException, URISyntaxException {
        return files("/headroom/db/old");
    }

    private static Stream<Path> files(String folder) throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(Path.of(DatabaseFileTest.class.getResource(folder).toURI()))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("dumps")
    void aDatabaseOfEveryOlderVersionOpensWithItsRuns(Path dump) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.execute("runscript from '" + dump + "'");
        }
        try (ExperimentStore store = ExperimentStore.open(home)) {
            assertThat(store.run("0001")).satisfies(run -> assertThat(run.asked().name()).isEqualTo("LoRA on reviews"))
                    .satisfies(run -> assertThat(run.state()).isEqualTo(RunState.PAUSED))
                    .satisfies(run -> assertThat(run.interrupted()).isTrue())
                    .satisfies(run -> assertThat(run.metrics()).containsEntry("accuracy", 0.75))
                    .satisfies(run -> assertThat(run.step()).isEqualTo(10));
            assertThat(store.steps("0001")).hasSize(10).last().isEqualTo(Samples.step("0001", 10, 0.1));
            assertThat(store.memory("0001", 2)).isEqualTo(Samples.memory("0001", 2));
            assertThat(store.checkpoints("0001")).containsExactly(Samples.checkpoint("0001", 10));
            assertThat(store.setting("theme")).contains("\"dark\"");
            store.resume("0001", 10, "goes on");
            assertThat(store.create(Samples.run("next")).id()).isEqualTo("0002");
        }
    }

    @Test
    void everyVersionOfTheTablesHasADump() throws IOException, URISyntaxException {
        final List<String> scripts = files("/headroom/db/migration").map(file -> file.getFileName().toString().split("__")[0]).toList();
        final List<String> dumps = dumps().map(file -> file.getFileName().toString().replace(".sql", "")).toList();
        assertThat(dumps).isNotEmpty().containsExactlyElementsOf(scripts);
    }

    @Test
    void aDatabaseNewerThanTheProgramIsRefusedAndLeftUntouched() throws Exception {
        try (Connection newer = new DatabaseFile(home, DatabaseFile.SCRIPTS, FUTURE).prepare()) {
            assertThat(newer.isValid(1)).isTrue();
            assertThatThrownBy(() -> ExperimentStore.open(home)).as("while the newer program has it open")
                    .hasMessageContaining("newer Headroom");
        }
        final Path file = home.resolve("experiments.mv.db");
        final byte[] before = Files.readAllBytes(file);
        final var written = Files.getLastModifiedTime(file);
        assertThatThrownBy(() -> ExperimentStore.open(home)).isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("were written by a newer Headroom")
                .hasMessageContaining("tables are version 9001, this program knows versions up to 1").hasMessageContaining("--home");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
        assertThat(names()).containsExactly("experiments.mv.db");
    }

    @Test
    void theOlderFileIsKeptBesideTheUpgradedOne() throws Exception {
        ExperimentStore.open(home).close();
        new DatabaseFile(home, DatabaseFile.SCRIPTS, FUTURE).prepare().close();
        assertThat(names()).hasSize(2).anyMatch(name -> name.matches("experiments-version-1-[0-9-]+\\.zip"));
    }

    @Test
    void openingAgainLeavesNothingBeside() throws IOException {
        ExperimentStore.open(home).close();
        ExperimentStore.open(home).close();
        assertThat(names()).containsExactly("experiments.mv.db");
    }

    /** Ways a file can be damaged. */
    enum Damage {
        OTHER_CONTENT, CUT_IN_HALF, HEADER_OVERWRITTEN, NOISE_EVERYWHERE
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void aDamagedFileIsNamedCopiedAndLeftAsItIs(Damage damage) throws IOException {
        try (ExperimentStore store = ExperimentStore.open(home)) {
            final String run = store.create(Samples.run("a")).id();
            IntStream.range(0, 3_000).forEach(step -> store.log(Samples.step(run, step, 1)));
        }
        final Path file = home.resolve("experiments.mv.db");
        damage(file, damage);
        final byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> ExperimentStore.open(home)).isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("the file is damaged")
                .hasMessageContaining("copied to experiments-copy-").hasMessageContaining("checkpoints")
                .hasMessageContaining("Put back an older copy");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(names()).hasSize(2).anyMatch(name -> name.startsWith("experiments-copy-"));
        for (final String name : names()) {
            assertThat(Files.readAllBytes(home.resolve(name))).isEqualTo(before);
        }
    }

    private static void damage(Path file, Damage damage) throws IOException {
        final Random random = new Random(7);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            switch (damage) {
                case OTHER_CONTENT -> {
                    bytes.setLength(0);
                    bytes.write("step,loss\n1,0.5\n".repeat(1_000).getBytes(StandardCharsets.UTF_8));
                }
                case CUT_IN_HALF -> bytes.setLength(bytes.length() / 2);
                case HEADER_OVERWRITTEN -> bytes.write(new byte[12_288]);
                case NOISE_EVERYWHERE -> {
                    for (long at = 0; at < bytes.length(); at += 97) {
                        bytes.seek(at);
                        bytes.write(random.nextInt(256));
                    }
                }
            }
        }
    }

    @Test
    void aHomeThatIsAFileIsNamed() throws IOException {
        final Path file = Files.writeString(home.resolve("taken"), "x");
        assertThatThrownBy(() -> ExperimentStore.open(file)).isInstanceOf(StoreException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("--home");
        assertThatThrownBy(() -> ExperimentStore.open(home.resolve("a;b"))).hasMessageContaining("semicolon");
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:h2:file:" + home.resolve("experiments"), "headroom", "");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
