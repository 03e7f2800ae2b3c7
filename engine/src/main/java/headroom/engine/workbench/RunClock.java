package headroom.engine.workbench;

/** Seconds of training: it stands still while the run is paused, and goes on from where an earlier process left it. */
final class RunClock {
    private double before;
    private long since;
    private boolean going;

    RunClock(double before) {
        this.before = before;
    }

    synchronized void go() {
        if (!going) {
            since = System.nanoTime();
            going = true;
        }
    }

    synchronized void stop() {
        before = seconds();
        going = false;
    }

    synchronized double seconds() {
        return going ? before + (System.nanoTime() - since) * 1e-9 : before;
    }
}
