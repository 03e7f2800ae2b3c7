package headroom.engine.workbench;

/** PLANNED → LOADING → RUNNING ⇄ PAUSED → FINISHED, STOPPED or FAILED; every transition is stored before it is shown. */
public enum RunState {
    PLANNED, LOADING, RUNNING, PAUSED, FINISHED, STOPPED, FAILED;

    /** Nothing more will happen to the run unless it is resumed. */
    public boolean ended() {
        return this == FINISHED || this == STOPPED || this == FAILED;
    }
}
