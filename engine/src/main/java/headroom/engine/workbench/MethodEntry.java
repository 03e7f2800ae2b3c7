package headroom.engine.workbench;

import java.util.List;

/**
 * A published method or baseline, as a recipe of eight slots.
 *
 * @param id the name the command line takes ({@code lora})
 * @param family title of the group it stands in; the catalog lists the methods of a family together
 * @param paper first author and venue, or {@code baseline}
 * @param year of publication; 0 for a baseline without one
 * @param oneLine the idea in one line
 * @param slots all eight, in the order weights, adapter, selector, gradient, activations, optimizer, data, run
 * @param mergeable the tuned model can be written as one dense model
 * @param exact its gradients are those of the full loss (not estimated, sampled or rounded)
 * @param tasks what it can train
 * @param saves and {@code costs} one sentence each
 * @param learn id of its learn page in {@code ui-resources}
 * @param claims there are published figures to check it against
 */
public record MethodEntry(
        String id, String name, String family, String title, String paper, int year, String oneLine, List<SlotChoice> slots, List<Setting> settings,
        boolean mergeable, boolean exact, List<TaskKind> tasks, String saves, String costs, String learn, boolean claims) {

    public MethodEntry {
        slots = List.copyOf(slots);
        settings = List.copyOf(settings);
        tasks = List.copyOf(tasks);
    }

    /** What fills a slot, in words; {@code standard} when it is the slot's default (shown in grey). */
    public record SlotChoice(String slot, String choice, boolean standard) {}
}
