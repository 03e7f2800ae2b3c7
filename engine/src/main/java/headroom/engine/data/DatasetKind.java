package headroom.engine.data;

/** What is learned from a dataset: a label for each text, or the next token of each text. */
public enum DatasetKind {
    CLASSIFICATION, LANGUAGE_MODELLING
}
