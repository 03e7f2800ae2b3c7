package headroom.tests.bench;

import headroom.app.window.HeadroomApplication;
import headroom.engine.workbench.LocalWorkbench;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.StepHistory;
import headroom.engine.workbench.Workbench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import javafx.application.Application;
import javafx.application.Platform;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.stage.Stage;

/**
 * What the window costs a run: one training in one process, with the Run view open and charting and with no window on the display, in turns. Two processes differ from each other by
 * more than a window costs (memory lies elsewhere), so it is the same run that is asked twice. Prints tokens per second of both and the difference, with its spread over the turns.
 *
 * <p>Two minutes of steps go by before the measured ones: until then the JVM compiles what the window draws with. On Linux a display is wanted ({@code Xvfb} will do): the headless platform
 * copies every picture pixel by pixel in Java, which no window of a user does.
 *
 * <p>{@code mvn -pl tests -am -Prate -DskipTests verify -Drate.main=headroom.tests.bench.WindowCost -Drate.args=12}, under {@code xvfb-run} with {@code -Dfx.args=-Dprism.order=sw}
 */
public final class WindowCost {
    private static final int WARM = 200;
    private static final int TURN = 20;
    /** The first steps of a turn still see the window open or close. */
    private static final int LEFT_OUT = 3;
    private static final int SETTLE_MILLIS = 8_000;
    private static int turns = 12;

    private WindowCost() {}

    /** @param args pairs of turns, twelve if none is given */
    public static void main(String[] args) {
        if (args.length > 0) {
            turns = Integer.parseInt(args[0]);
        }
        Application.launch(Open.class);
    }

    private static Path home() throws IOException {
        return Files.createTempDirectory("headroom-window-cost");
    }

    /** Trains, with the window open in every second turn, and prints what that costs. */
    private static void train(Workbench w, Stage stage) throws InterruptedException {
        int steps = WARM + 2 * turns * TURN;
        String run = w.start(RunRequest.of(PlanRequest.of("minilm", "reviews", "full").withSettings(Map.of("batch", "8", "pack", "true"))).withSteps(steps));
        for (int k = 0; k < 2 * turns; k++) {
            while (w.snapshot(run).step() < WARM + k * TURN) {
                LockSupport.parkNanos(50_000_000);
            }
            boolean open = k % 2 == 0;
            Platform.runLater(() -> {
                if (open) {
                    stage.show();
                    go(stage, KeyCode.DIGIT3);
                } else {
                    // not the live figures, and then nothing
                    go(stage, KeyCode.DIGIT1);
                    stage.hide();
                }
            });
        }
        RunSnapshot end = w.await(run);
        StepHistory h = end.history();
        if (h.size() != steps) {
            throw new IllegalStateException("the run ended " + end.state() + " after " + h.size() + " steps");
        }
        report(h);
    }

    private static void go(Stage stage, KeyCode page) {
        stage.getScene().getRoot().fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, page.getChar(), page.getChar(), page, false, true, false, false));
    }

    private static void report(StepHistory h) {
        double[] cost = new double[turns];
        double[] tokens = new double[2];
        double[] seconds = new double[2];
        for (int k = 0; k < 2 * turns; k++) {
            int from = WARM + k * TURN + LEFT_OUT - 1;
            int to = WARM + (k + 1) * TURN - 1;
            // packed rows: every step computes nearly as many tokens as any other
            double n = h.tokens(to) - h.tokens(from);
            double t = h.seconds(to) - h.seconds(from);
            tokens[k % 2] += n;
            seconds[k % 2] += t;
            cost[k / 2] = k % 2 == 0 ? n / t : 100 * (1 - cost[k / 2] * t / n);
        }
        double open = tokens[0] / seconds[0];
        double closed = tokens[1] / seconds[1];
        Arrays.sort(cost);
        System.out.printf("no window %.0f tokens/s, window open %.0f tokens/s: it costs %.1f %%; pairs of turns from %.1f to %.1f %%, median %.1f %%%n", closed, open,
                100 * (closed - open) / closed, cost[0], cost[turns - 1], cost[turns / 2]);
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
            Platform.setImplicitExit(false);
            // threads of their own: the common pool has one worker on two cores
            Thread.ofPlatform().start(() -> {
                try {
                    // the cost of an open window is asked for, not that of opening one
                    Thread.sleep(SETTLE_MILLIS);
                    train(shared, stage);
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
                Platform.runLater(() -> go(stage, KeyCode.DIGIT3));
            });
        }
    }
}
