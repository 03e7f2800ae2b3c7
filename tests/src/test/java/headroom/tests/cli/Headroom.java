package headroom.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The product as a process of its own, as {@code ./headroom} starts it: real streams, real exit codes, real signals. */
final class Headroom {
    private static final long MINUTES = 5;

    private final Path home;
    private final Path streams;

    /** @param folder for the home and for what the process prints */
    Headroom(Path folder) {
        this.home = folder.resolve("home");
        this.streams = folder;
    }

    /** What a command came to. */
    record Done(int exitCode, String out, String err) {
        Done succeeded() {
            assertThat(exitCode).as(err).isZero();
            return this;
        }

        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    Path home() {
        return home;
    }

    Done run(String... args) throws Exception {
        final Started started = start(args);
        assertThat(started.process().waitFor(MINUTES, TimeUnit.MINUTES)).as("ends within %d minutes", MINUTES).isTrue();
        return started.done();
    }

    /** A command under way. */
    record Started(Process process, Path outFile, Path errFile) {
        String err() throws IOException {
            return Files.readString(errFile);
        }

        Done done() throws IOException {
            return new Done(process.exitValue(), Files.readString(outFile), err());
        }

        void interrupt() throws Exception {
            assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor()).isZero();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    Started start(String... args) throws IOException {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-XX:+UseSerialGC", "-Dheadroom.bundle=" + System.getProperty("headroom.bundle"),
                "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")).replace(";", File.pathSeparator),
                "headroom.app.Launcher"));
        Stream.concat(Stream.of(args), Stream.of("--home", home.toString())).forEach(command::add);
        final Path out = Files.createTempFile(streams, "out", ".txt");
        final Path err = Files.createTempFile(streams, "err", ".txt");
        final ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        // batches this small run fastest on one thread, above all where other builds share the cores
        builder.environment().put("OMP_NUM_THREADS", "1");
        return new Started(builder.start(), out, err);
    }
}
