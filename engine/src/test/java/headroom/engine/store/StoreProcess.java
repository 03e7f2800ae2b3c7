package headroom.engine.store;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process on the same home. It tells on its standard output what the store has promised it, and waits for a line before it ends. */
final class StoreProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private StoreProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** What the other process does. */
    enum Task {
        /** Runs after runs through their states with steps, until it is killed; tells {@code run state} after every change. */
        WRITE,
        /** Creates a run, brings it to RUNNING, tells its number; on a line of input finishes it, then ends. */
        ONE_RUN
    }

    static StoreProcess start(Path home, Task task) {
        try {
            return new StoreProcess(new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:TieredStopAtLevel=1",
                    "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")).replace(
                            File.pathSeparator + File.pathSeparator, File.pathSeparator),
                    StoreProcess.class.getName(), home.toString(), task.name())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The next thing it tells; null when it has ended. */
    String next() throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith("> ")) {
            line = output.readLine();
        }
        return line == null ? null : line.substring(2);
    }

    /** Everything it still tells until it ends. */
    List<String> rest() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (String line = next(); line != null; line = next()) {
            lines.add(line);
        }
        return lines;
    }

    /** Lets it go on. */
    void goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** As {@code kill -9}; what it told before can still be read. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " did not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws IOException {
        try (ExperimentStore store = ExperimentStore.open(Path.of(arguments[0]))) {
            switch (Task.valueOf(arguments[1])) {
                case WRITE -> {
                    while (true) {
                        final String run = begin(store);
                        for (int step = 1; step <= 50; step++) {
                            store.log(Samples.step(run, step, 1.0 / step));
                            store.log(Samples.memory(run, step));
                        }
                        store.checkpoint(Samples.checkpoint(run, 50));
                        tell(run + " CHECKPOINT");
                        store.move(run, RunState.FINISHED, "done");
                        tell(run + " FINISHED");
                    }
                }
                case ONE_RUN -> {
                    final String run = begin(store);
                    System.in.read();
                    store.log(Samples.step(run, 1, 0.5));
                    store.move(run, RunState.FINISHED, "done");
                    tell(run + " FINISHED");
                }
            }
        }
    }

    private static String begin(ExperimentStore store) {
        final String run = store.create(Samples.run("of another process")).id();
        tell(run + " PLANNED");
        store.move(run, RunState.LOADING, "started");
        tell(run + " LOADING");
        store.move(run, RunState.RUNNING, "loaded");
        tell(run + " RUNNING");
        return run;
    }

    private static void tell(String promise) {
        System.out.println("> " + promise);
        System.out.flush();
    }
}
