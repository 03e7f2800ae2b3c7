package headroom.engine.store;

/** What a run notes down on its way without waiting: written in the background in the order given, see {@link ExperimentStore#log}. */
public sealed interface LogEntry permits StoredStep, StoredEvaluation, StoredMemory, StoredEvent {
    /** The run it belongs to. */
    String run();
}
