package headroom.engine.store;

import java.util.Set;

/** Where a run is in its life; the store refuses every step that is not on this map. */
public enum RunState {
    PLANNED, LOADING, RUNNING, PAUSED, FINISHED, STOPPED, FAILED;

    /** Where a run may go from here. Out of an ended state only by loading its checkpoint: resuming it, or giving a finished run more steps. */
    public Set<RunState> next() {
        return switch (this) {
            case PLANNED -> Set.of(LOADING, STOPPED, FAILED);
            case LOADING -> Set.of(RUNNING, STOPPED, FAILED);
            case RUNNING -> Set.of(PAUSED, FINISHED, STOPPED, FAILED);
            case PAUSED -> Set.of(RUNNING, STOPPED, FAILED);
            case FINISHED, STOPPED, FAILED -> Set.of(LOADING);
        };
    }

    /** A process is at work on the run, or was when it died. */
    public boolean live() {
        return this == LOADING || this == RUNNING || this == PAUSED;
    }
}
