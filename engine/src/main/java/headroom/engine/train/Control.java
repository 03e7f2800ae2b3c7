package headroom.engine.train;

/** Commands to a run, given from any thread and obeyed between two steps. */
public final class Control {
    /** What a run is asked to do at the next boundary. */
    public enum Order {
        GO_ON, CHECKPOINT, STOP
    }

    private boolean paused;
    private boolean stop;
    private boolean checkpoint;

    public synchronized void pause() {
        paused = true;
    }

    public synchronized void resume() {
        paused = false;
        notifyAll();
    }

    public synchronized void stop() {
        stop = true;
        notifyAll();
    }

    public synchronized void checkpoint() {
        checkpoint = true;
        notifyAll();
    }

    public synchronized boolean isPaused() {
        return paused;
    }

    public synchronized boolean isStopping() {
        return stop;
    }

    /** The next order; waits while the run is paused and nothing is asked. */
    synchronized Order next() throws InterruptedException {
        while (paused && !stop && !checkpoint) {
            wait();
        }
        if (checkpoint) {
            checkpoint = false;
            return Order.CHECKPOINT;
        }
        return stop ? Order.STOP : Order.GO_ON;
    }
}
