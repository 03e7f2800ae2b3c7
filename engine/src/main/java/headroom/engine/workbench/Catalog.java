package headroom.engine.workbench;

import java.util.List;
import java.util.Optional;

/**
 * Everything there is to choose from: models (bundled, in the home folder, and shape-only), datasets (bundled and imported) and methods.
 *
 * @param commonSettings what every method takes beside its own settings (compute dtype, learning rate, accumulation, checkpointing …)
 * @param samples ready-made choices for the start page; each trains on this machine's processor with what is bundled
 */
public record Catalog(
        List<ModelEntry> models, List<DatasetEntry> datasets, List<MethodEntry> methods,
        List<Setting> commonSettings, List<Sample> samples) {

    public Catalog {
        models = List.copyOf(models);
        datasets = List.copyOf(datasets);
        methods = List.copyOf(methods);
        commonSettings = List.copyOf(commonSettings);
        samples = List.copyOf(samples);
    }

    public Optional<ModelEntry> model(String id) {
        return models.stream().filter(m -> m.id().equals(id)).findFirst();
    }

    public Optional<DatasetEntry> dataset(String id) {
        return datasets.stream().filter(d -> d.id().equals(id)).findFirst();
    }

    public Optional<MethodEntry> method(String id) {
        return methods.stream().filter(m -> m.id().equals(id)).findFirst();
    }

    /** One ready-made choice: {@code oneLine} says what a person will see when it runs. */
    public record Sample(String name, String oneLine, RunRequest request) {}
}
