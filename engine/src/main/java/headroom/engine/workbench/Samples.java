package headroom.engine.workbench;

import java.util.ArrayList;
import java.util.List;

/** Ready-made choices for the start page, from what is bundled: each trains on a processor. */
final class Samples {
    private Samples() {}

    static List<Catalog.Sample> of(List<ModelEntry> models, List<DatasetEntry> datasets) {
        final List<Catalog.Sample> samples = new ArrayList<>();
        for (final ModelEntry model : models) {
            for (final DatasetEntry data : datasets) {
                if (model.sample() && data.sample() && natural(model, data)) {
                    samples.addAll(data.kind() == TaskKind.CLASSIFICATION ? classifier(model, data) : language(model, data));
                }
            }
        }
        return samples;
    }

    /** An encoder learns labels, a decoder goes on with text. */
    private static boolean natural(ModelEntry model, DatasetEntry data) {
        return model.family().equals("encoder") == (data.kind() == TaskKind.CLASSIFICATION);
    }

    private static List<Catalog.Sample> classifier(ModelEntry model, DatasetEntry data) {
        return List.of(
                sample(model, data, "lora", "LoRA: watch adapters train beside frozen weights", 60),
                sample(model, data, "full", "Full fine-tuning: every weight, gradient and moment", 60));
    }

    private static List<Catalog.Sample> language(ModelEntry model, DatasetEntry data) {
        return List.of(sample(model, data, "galore", "GaLore: every weight trains, the optimizer's state shrinks", 60));
    }

    private static Catalog.Sample sample(ModelEntry model, DatasetEntry data, String method, String oneLine, int steps) {
        return new Catalog.Sample(model.name() + " on " + data.name(), oneLine, RunRequest.of(PlanRequest.of(model.id(), data.id(), method)).withSteps(steps));
    }
}
