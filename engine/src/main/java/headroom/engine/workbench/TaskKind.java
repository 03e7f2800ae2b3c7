package headroom.engine.workbench;

/** What is learned: a label for each text, or the next token of each text. */
public enum TaskKind {
    CLASSIFICATION, LANGUAGE_MODEL
}
