package headroom.tests.bench;

import headroom.app.window.HeadroomApplication;
import headroom.engine.workbench.LocalWorkbench;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.StepHistory;
import headroom.engine.workbench.Workbench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import javafx.application.Application;
import javafx.application.Platform;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.stage.Stage;
import javafx.stage.Window;

/**
 * What the window costs a run: the same training with nothing open and with the Run view open and charting, each in a process of its own, in turns. Prints tokens per
 * second of both and the difference.
 *
 * <p>Two minutes of steps go by before the measured ones: until then the JVM compiles what the window draws with. On Linux a display is wanted ({@code Xvfb} will do): the headless platform
 * copies every picture pixel by pixel in Java, which no window of a user does.
 *
 * <p>{@code mvn -pl tests -am -Prate -DskipTests verify -Drate.main=headroom.tests.bench.WindowCost -Drate.args=3}, under {@code xvfb-run} with {@code -Dfx.args=-Dprism.order=sw}
 */
public final class WindowCost {
    private static final int STEPS = 125;
    private static final int WARM = 90;
    private static final int SETTLE_MILLIS = 8_000;

    private WindowCost() {}

    /** @param args rounds, or {@code bare} or {@code window} for a measured process */
    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("bare")) {
            try (Workbench w = LocalWorkbench.open(home())) {
                report(train(w));
            }
        } else if (args.length > 0 && args[0].equals("window")) {
            Application.launch(Open.class);
        } else {
            compare(args.length > 0 ? Integer.parseInt(args[0]) : 3);
        }
    }

    private static void compare(int rounds) throws IOException, InterruptedException {
        List<Double> bare = new ArrayList<>();
        List<Double> open = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            bare.add(child("bare"));
            open.add(child("window"));
            System.out.printf("round %d: nothing open %.0f tokens/s, window open %.0f tokens/s%n", i + 1, bare.getLast(), open.getLast());
        }
        double b = median(bare);
        double o = median(open);
        System.out.printf("median: nothing open %.0f tokens/s, window open %.0f tokens/s, the window costs %.1f %%%n", b, o, 100 * (b - o) / b);
    }

    private static double child(String mode) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // the flags of this process: native access, bundle, JavaFX platform
        ProcessHandle.current().info().arguments().ifPresent(a -> Arrays.stream(a).filter(f -> f.startsWith("-D") || f.startsWith("-X") || f.startsWith("--enable")).forEach(command::add));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), WindowCost.class.getName(), mode));
        Process p = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (p.waitFor() != 0) {
            throw new IllegalStateException("the measured process ended with " + p.exitValue() + ": " + out);
        }
        return out.lines().filter(l -> l.startsWith("rate ")).map(l -> Double.parseDouble(l.substring(5))).findFirst().orElseThrow(() -> new IllegalStateException(out));
    }

    private static Path home() throws IOException {
        return Files.createTempDirectory("headroom-window-cost");
    }

    /** Trains and gives the median rate of the steps after the first few. */
    private static double train(Workbench w) throws InterruptedException {
        String run = w.start(RunRequest.of(PlanRequest.of("minilm", "reviews", "full").withSettings(Map.of("batch", "64"))).withSteps(STEPS));
        RunSnapshot end = w.await(run);
        StepHistory h = end.history();
        if (h.size() != STEPS) {
            throw new IllegalStateException("the run ended " + end.state() + " after " + h.size() + " steps");
        }
        // batches differ in padding: tokens over time of all measured steps, not a mean of rates
        return (h.tokens(STEPS - 1) - h.tokens(WARM - 1)) / (h.seconds(STEPS - 1) - h.seconds(WARM - 1));
    }

    private static void report(double rate) {
        System.out.println("rate " + rate);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }

    /** The real window over a fresh home, with the Run view in front while a run is live. */
    public static final class Open extends HeadroomApplication {
        private Workbench shared;

        @Override
        protected Workbench open(Path ignored) {
            try {
                shared = LocalWorkbench.open(home());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return shared;
        }

        @Override
        public void start(Stage stage) {
            super.start(stage);
            // threads of their own: the common pool has one worker on two cores
            Thread.ofPlatform().start(() -> {
                try {
                    // the cost of an open window is asked for, not that of opening one
                    Thread.sleep(SETTLE_MILLIS);
                    report(train(shared));
                } catch (Exception e) {
                    e.printStackTrace();
                } finally {
                    Platform.exit();
                }
            });
            Thread.ofPlatform().daemon().start(() -> {
                while (shared.liveRun().isEmpty()) {
                    LockSupport.parkNanos(50_000_000);
                }
                Platform.runLater(() -> Window.getWindows().getFirst().getScene().getRoot()
                        .fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "3", "3", KeyCode.DIGIT3, false, true, false, false)));
            });
        }
    }
}
