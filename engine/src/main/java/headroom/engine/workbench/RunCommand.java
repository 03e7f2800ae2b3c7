package headroom.engine.workbench;

/** What a person can tell a live run. STOP writes a checkpoint first, so that the run can be resumed where it stood. */
public enum RunCommand {
    PAUSE, RESUME, CHECKPOINT, STOP
}
