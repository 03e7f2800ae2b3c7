package headroom.app.cli;

import headroom.engine.workbench.Evaluation;
import headroom.engine.workbench.FailureCard;
import headroom.engine.workbench.RunCommand;
import headroom.engine.workbench.RunDetails;
import headroom.engine.workbench.RunEvent;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.Workbench;
import headroom.engine.workbench.WorkbenchException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Follows a live run to its end: progress on the error stream, the result on standard output, Ctrl-C as a stop with a checkpoint. */
final class Watch {
    private static final long LOOK_MILLIS = 100;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Terminal terminal;
    private final Workbench workbench;
    private final HomeOption home;
    private final JsonOption json;
    private volatile String run;
    private volatile RunState state;
    private volatile boolean stopping;
    private boolean ordered;
    private final Set<Evaluation> told = new HashSet<>();
    private Instant warned = Instant.MIN;

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
        return follow(begin, List.of());
    }

    /** @param before evaluations of earlier sessions of the run: they were told then */
    int follow(Supplier<String> begin, List<Evaluation> before) throws InterruptedException {
        json.check();
        told.addAll(before);
        try (Interruption _ = new Interruption(this::stop)) {
            run = begin.get();
            final RunSnapshot last = watch();
            state = last.state();
            final RunDetails details = workbench.show(run);
            json.write(terminal, () -> RunJson.of(details), out -> RunText.print(out, details));
            end(last);
            return state == RunState.FINISHED ? 0 : 1;
        }
    }

    private RunSnapshot watch() throws InterruptedException {
        final PrintStream err = terminal.err();
        err.println("Run " + run + " in " + home.folder());
        boolean line = false;
        String shown = "";
        long spoken = System.nanoTime() - QUIET_NANOS;
        while (true) {
            obey();
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
            line &= !warnings(now, line);
            for (final Evaluation evaluation : now.evals()) {
                if (told.add(evaluation)) {
                    err.println((line ? "\r\033[K" : "") + RunText.evaluation(evaluation));
                    line = false;
                }
            }
            if (now.state().ended()) {
                err.println((line ? "\r\033[K" : "") + RunText.progress(now));
                return workbench.await(run);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Prints what is new among the warnings, oldest first; true if there was any. */
    private boolean warnings(RunSnapshot now, boolean line) {
        final List<RunEvent> fresh = now.events().stream().takeWhile(event -> event.at().isAfter(warned))
                .filter(event -> event.level() == RunEvent.Level.WARNING).toList().reversed();
        if (!now.events().isEmpty()) {
            warned = now.events().getFirst().at();
        }
        if (line && !fresh.isEmpty()) {
            terminal.err().print("\r\033[K");
        }
        fresh.forEach(event -> terminal.err().println(event.title() + ": " + event.detail()));
        return !fresh.isEmpty();
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
                    a.what(), Figures.bytes(a.bytes())));
            table.print(terminal.err());
        });
        card.remedies().forEach(remedy -> terminal.err().println("do:    " + PlanText.line(remedy)));
    }

    private void stop() {
        stopping = true;
        terminal.err().println();
        terminal.err().println("Stopping after this step, with a checkpoint. Ctrl-C again ends at once and loses the steps since the last one.");
    }

    /** Only the thread that watches gives orders: a signal may come before the run has begun. */
    private void obey() {
        if (stopping && !ordered) {
            ordered = true;
            try {
                workbench.command(run, RunCommand.STOP);
            } catch (WorkbenchException _) {
                // the run ended by itself in between: nothing to stop
            }
        }
    }
}
