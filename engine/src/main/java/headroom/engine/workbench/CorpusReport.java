package headroom.engine.workbench;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What was written.
 *
 * @param documents of the training text
 * @param bytes of the training text
 * @param heldOutDocuments of the text to judge by
 * @param heldOutBytes of the text to judge by
 * @param vocabulary entries of the tokenizer, where one was learned
 */
public record CorpusReport(Path folder, long documents, long bytes, long heldOutDocuments, long heldOutBytes, OptionalInt vocabulary) {}
