package headroom.engine.model;

/**
 * A published model known by its shape: enough to plan with, without its weights.
 *
 * @param id      as typed on the command line, such as {@code llama-3.1-8b}
 * @param title   as shown
 * @param source  where its configuration was published
 * @param licence of its weights
 * @param config  its shape
 */
public record ModelShape(String id, String title, String source, String licence, ModelConfig config) {
}
