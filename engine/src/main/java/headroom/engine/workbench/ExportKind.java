package headroom.engine.workbench;

/** What an export writes. */
public enum ExportKind {
    /** Adapter and head alone: as a PEFT folder where that library has a form for it, as named tensors otherwise. */
    ADAPTER,
    /** One dense model as a Hugging Face folder with safetensors, adapters merged in. */
    MERGED,
    /** Every curve of the run as CSV. */
    CURVES,
    /** One self-contained HTML page. */
    REPORT
}
