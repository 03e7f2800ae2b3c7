package headroom.app.cli;

import headroom.engine.workbench.FailureCard;
import headroom.engine.workbench.RunCommand;
import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.Workbench;
import headroom.engine.workbench.WorkbenchException;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Follows a live run to its end: progress on the error stream, the result on standard output, Ctrl-C as a stop with a checkpoint. */
final class Watch {
    private static final long LOOK_MILLIS = 100;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** A checkpoint of a model that fits here is written well within this. */
    private static final long STOP_SECONDS = 120;

    private final Terminal terminal;
    private final Workbench workbench;
    private final HomeOption home;
    private final JsonOption json;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile String run;
    private volatile RunState state;

    Watch(Terminal terminal, Workbench workbench, HomeOption home, JsonOption json) {
        this.terminal = terminal;
        this.workbench = workbench;
        this.home = home;
        this.json = json;
    }

    String run() {
        return run;
    }

    RunState state() {
        return state;
    }

    /**
     * @param begin starts or resumes the run and gives its id
     * @return the exit code: 0 only when the run finished
     */
    int follow(Supplier<String> begin) throws InterruptedException {
        final Thread stop = new Thread(this::stopAndWait, "stop at Ctrl-C");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            run = begin.get();
            final RunSnapshot last = watch();
            state = last.state();
            final RunDetails details = workbench.show(run);
            json.write(terminal, () -> RunJson.of(details), out -> RunText.print(out, details));
            end(last);
            return state == RunState.FINISHED ? 0 : 1;
        } finally {
            done.countDown();
            forget(stop);
        }
    }

    private RunSnapshot watch() throws InterruptedException {
        final PrintStream err = terminal.err();
        err.println("Run " + run + " in " + home.folder());
        int evals = 0;
        boolean line = false;
        String shown = "";
        long spoken = System.nanoTime() - QUIET_NANOS;
        while (true) {
            final RunSnapshot now = workbench.snapshot(run);
            final String progress = RunText.progress(now);
            if (terminal.interactive() && !progress.equals(shown)) {
                // erase the line, then write it anew
                err.print("\r\033[K" + progress);
                err.flush();
                line = true;
            } else if (!terminal.interactive() && !progress.equals(shown) && System.nanoTime() - spoken >= QUIET_NANOS) {
                err.println(progress);
                spoken = System.nanoTime();
            }
            shown = progress;
            for (; evals < now.evals().size(); evals++) {
                err.println((line ? "\r\033[K" : "") + RunText.evaluation(now.evals().get(evals)));
                line = false;
            }
            if (now.state().ended()) {
                err.println((line ? "\r\033[K" : "") + RunText.progress(now));
                return workbench.await(run);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void end(RunSnapshot last) {
        final PrintStream err = terminal.err();
        switch (last.state()) {
            case STOPPED -> {
                err.println(last.lastCheckpoint().map(c -> "Stopped at step " + last.step() + "; checkpoint " + c.step() + " is complete.")
                        .orElse("Stopped at step " + last.step() + "; there is no checkpoint."));
                err.println("Go on with: headroom resume " + run + " --home " + home.folder());
            }
            case FAILED -> last.failure().ifPresent(this::failed);
            default -> { }
        }
    }

    private void failed(FailureCard card) {
        Main.print(terminal.err(), card.problem());
        card.overBudget().ifPresent(over -> {
            final Table table = new Table("largest accounts", "category", "", ">bytes");
            over.largest().forEach(a -> table.row(a.owner(), a.category().name().toLowerCase(java.util.Locale.ROOT),
                    (a.shape() + " " + a.dtype()).strip(), Figures.bytes(a.bytes())));
            table.print(terminal.err());
        });
        card.remedies().forEach(remedy -> terminal.err().println("do:    " + PlanText.line(remedy)));
    }

    /** Runs while the process ends: main has time to store the checkpoint and to say how to go on. */
    private void stopAndWait() {
        try {
            if (run != null && done.getCount() > 0) {
                workbench.command(run, RunCommand.STOP);
                terminal.err().println();
                terminal.err().println("Stopping after this step, with a checkpoint.");
            }
            done.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (WorkbenchException _) {
            // the run ended by itself in between: nothing to stop
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // the process is ending already and the hook has run
        }
    }
}
