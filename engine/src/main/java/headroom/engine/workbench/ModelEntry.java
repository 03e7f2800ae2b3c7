package headroom.engine.workbench;

import java.util.Set;

/**
 * A model to plan with, and to train unless it is shape-only.
 *
 * @param id the name the command line takes ({@code minilm}, {@code llama-7b})
 * @param family the architecture, in words ({@code encoder}, {@code decoder})
 * @param parameters how many numbers the model has; a tied matrix counts once
 * @param width of the hidden states
 * @param maxLength tokens the positions reach
 * @param bytesOnDisk of its weights; for shape-only models what they would take as bf16
 * @param shapeOnly the weights are not here: it can be planned, not trained
 * @param tasks what it can be trained for
 * @param sample it comes with the program
 * @param card its model card as Markdown: source, licence, figures
 */
public record ModelEntry(
        String id, String name, String family, long parameters, int layers, int width, int vocab, int maxLength,
        long bytesOnDisk, boolean shapeOnly, Set<TaskKind> tasks, boolean sample, String card) {

    public ModelEntry {
        tasks = Set.copyOf(tasks);
    }
}
