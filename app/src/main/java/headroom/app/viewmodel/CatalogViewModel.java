package headroom.app.viewmodel;

import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.ModelEntry;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.TaskKind;
import headroom.engine.workbench.Verdict;
import headroom.engine.workbench.Workbench;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javafx.beans.Observable;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.collections.transformation.FilteredList;
import javafx.collections.transformation.SortedList;

/** Models, datasets and methods to choose from; each method is planned in the background for what is chosen, and the newest choice wins. */
public final class CatalogViewModel implements AutoCloseable {
    private final Workbench workbench;
    private final Journey journey;
    private final Background background = new Background("catalog");
    private final ClaimsViewModel claims;
    private final MethodBadges badges;
    private final ObservableList<ModelEntry> models = FXCollections.observableArrayList();
    private final ObservableList<DatasetEntry> datasets = FXCollections.observableArrayList();
    private final ObservableList<MethodRow> methods = FXCollections.observableArrayList();
    private final FilteredList<ModelEntry> modelsFound = new FilteredList<>(models);
    private final FilteredList<DatasetEntry> datasetsFound = new FilteredList<>(datasets);
    private final FilteredList<MethodRow> methodsFound = new FilteredList<>(methods);
    private final SortedList<MethodRow> methodsSorted = new SortedList<>(methodsFound);
    private final StringProperty modelSearch = new SimpleStringProperty(this, "modelSearch", "");
    private final StringProperty datasetSearch = new SimpleStringProperty(this, "datasetSearch", "");
    private final StringProperty methodSearch = new SimpleStringProperty(this, "methodSearch", "");
    private final ObjectProperty<ModelFilter> modelFilter = new SimpleObjectProperty<>(this, "modelFilter", ModelFilter.ALL);
    private final BooleanProperty allDatasets = new SimpleBooleanProperty(this, "allDatasets");
    private final BooleanProperty onlyFitting = new SimpleBooleanProperty(this, "onlyFitting");
    private final BooleanProperty onlyExact = new SimpleBooleanProperty(this, "onlyExact");
    private final BooleanProperty onlyMergeable = new SimpleBooleanProperty(this, "onlyMergeable");
    private final ObjectProperty<Order> order = new SimpleObjectProperty<>(this, "order", Order.PEAK);
    private final ReadOnlyObjectWrapper<Problem> problem = new ReadOnlyObjectWrapper<>(this, "problem");
    private final ReadOnlyStringWrapper state = new ReadOnlyStringWrapper(this, "state", "Reading the catalog");
    private final ReadOnlyObjectWrapper<MethodRow> selected = new ReadOnlyObjectWrapper<>(this, "selected");
    private final ReadOnlyIntegerWrapper planned = new ReadOnlyIntegerWrapper(this, "planned");
    private boolean quiet;
    private String family;
    private final IntegerProperty badgeRevision = new SimpleIntegerProperty(this, "badgeRevision");

    public enum ModelFilter { ALL, ON_DISK, ENCODERS, DECODERS }

    /** How methods are sorted. */
    public enum Order { PEAK, FAMILY, NAME, YEAR }

    public CatalogViewModel(Workbench workbench, Journey journey) {
        this.workbench = workbench;
        this.journey = journey;
        claims = new ClaimsViewModel(workbench);
        badges = new MethodBadges(workbench::sketch);
        for (final Observable changed : List.of(modelSearch, modelFilter)) {
            changed.addListener(o -> quietly(this::filterModels));
        }
        for (final Observable changed : List.of(datasetSearch, allDatasets, journey.modelProperty())) {
            changed.addListener(o -> quietly(this::filterDatasets));
        }
        for (final Observable changed : List.of(methodSearch, onlyFitting, onlyExact, onlyMergeable)) {
            changed.addListener(o -> quietly(this::filterMethods));
        }
        order.addListener(o -> quietly(this::sort));
        sort();
        journey.modelProperty().addListener(o -> chooseDatasetThatFits());
        for (final Observable changed : List.of(journey.modelProperty(), journey.datasetProperty(), journey.budgetBytesProperty())) {
            changed.addListener(o -> planBadges());
        }
        for (final Observable changed : List.of(journey.modelProperty(), journey.datasetProperty(), journey.methodProperty())) {
            changed.addListener(o -> describe());
        }
        journey.methodProperty().addListener(o -> select());
    }

    public ObservableList<ModelEntry> models() {
        return modelsFound;
    }

    public int modelCount() {
        return models.size();
    }

    public ObservableList<DatasetEntry> datasets() {
        return datasetsFound;
    }

    public ObservableList<MethodRow> methods() {
        return methodsSorted;
    }

    public int methodCount() {
        return methods.size();
    }

    /** The family that begins at a place of the sorted list, where methods are sorted by family; empty at other places and in other orders. */
    public Optional<String> headingAt(int index) {
        if (order.get() != Order.FAMILY || index < 0 || index >= methodsSorted.size()) {
            return Optional.empty();
        }
        final String here = methodsSorted.get(index).entry().family();
        return index > 0 && methodsSorted.get(index - 1).entry().family().equals(here) ? Optional.empty() : Optional.of(here);
    }

    public StringProperty modelSearchProperty() {
        return modelSearch;
    }

    public StringProperty datasetSearchProperty() {
        return datasetSearch;
    }

    public StringProperty methodSearchProperty() {
        return methodSearch;
    }

    public ObjectProperty<ModelFilter> modelFilterProperty() {
        return modelFilter;
    }

    /** Shows also the datasets that the chosen model cannot learn. */
    public BooleanProperty allDatasetsProperty() {
        return allDatasets;
    }

    public BooleanProperty onlyFittingProperty() {
        return onlyFitting;
    }

    public BooleanProperty onlyExactProperty() {
        return onlyExact;
    }

    public BooleanProperty onlyMergeableProperty() {
        return onlyMergeable;
    }

    public ObjectProperty<Order> orderProperty() {
        return order;
    }

    /** Published figures of the chosen method. */
    public ClaimsViewModel claims() {
        return claims;
    }

    public Journey journey() {
        return journey;
    }

    public ReadOnlyObjectProperty<Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    public ReadOnlyStringProperty stateProperty() {
        return state.getReadOnlyProperty();
    }

    /** The chosen method with its newest plan; null before the catalogue was read. */
    public ReadOnlyObjectProperty<MethodRow> selectedProperty() {
        return selected.getReadOnlyProperty();
    }

    /** How many methods are planned for the present choice. */
    public ReadOnlyIntegerProperty plannedProperty() {
        return planned.getReadOnlyProperty();
    }

    /** Grows with every plan that came in: the common axis of the bars may have moved. */
    public IntegerProperty badgeRevisionProperty() {
        return badgeRevision;
    }

    /** Methods that fit or may fit. */
    public long fitting() {
        return methods.stream().filter(row -> row.plan().map(plan -> plan.verdict() != Verdict.OVER).orElse(false)).count();
    }

    /** One axis for all bars: the line at two thirds, unless everything is smaller; never beyond what the largest needs. */
    public long axisBytes() {
        final long most = methods.stream().filter(row -> row.plan().isPresent()).mapToLong(MethodRow::peakBytes).max().orElse(0);
        final long budget = methods.stream().flatMap(row -> row.plan().stream()).mapToLong(MemoryPlan::budgetBytes).findFirst().orElse(0);
        return Math.max(1, Math.round(budget > 0 && budget < most * 3 ? Math.min(most * 1.04, budget * 1.9) : most * 1.2));
    }

    /** The yardstick: full fine-tuning, planned for the same choice. */
    public Optional<MemoryPlan> yardstick() {
        return methods.stream().filter(row -> row.entry().id().equals("full")).flatMap(row -> row.plan().stream()).findFirst();
    }

    /** Reads the catalogue and chooses what a newcomer can go on with: a bundled encoder, labelled data, LoRA. */
    public void load() {
        background.work(workbench::catalog, this::show, problem::set);
    }

    /** The lists are changing by themselves: a selection that moves with them is no choice of a person. */
    public boolean quiet() {
        return quiet;
    }

    private void quietly(Runnable change) {
        final boolean before = quiet;
        quiet = true;
        change.run();
        quiet = before;
    }

    private void show(Catalog catalog) {
        problem.set(null);
        journey.catalogProperty().set(catalog);
        quietly(() -> fill(catalog));
        choose(catalog);
    }

    private void fill(Catalog catalog) {
        models.setAll(catalog.models().stream().sorted(Comparator.comparing(ModelEntry::shapeOnly)
                .thenComparing((ModelEntry entry) -> entry.tasks().contains(TaskKind.CLASSIFICATION) && entry.family().equals("encoder") ? 0 : 1)
                .thenComparingLong(ModelEntry::parameters)).toList());
        datasets.setAll(catalog.datasets());
        methods.setAll(catalog.methods().stream().map(MethodRow::unknown).toList());
        filterModels();
        filterDatasets();
        filterMethods();
    }

    private void choose(Catalog catalog) {
        if (journey.modelProperty().get() == null) {
            journey.modelProperty().set(models.stream().filter(ModelEntry::sample).findFirst().or(() -> models.stream().findFirst()).orElse(null));
            journey.methodProperty().set(catalog.method("lora").or(() -> catalog.methods().stream().findFirst()).orElse(null));
        }
        chooseDatasetThatFits();
        planBadges();
        select();
        describe();
    }

    /** A new dataset stands in the list and is the chosen one. */
    public void imported(DatasetEntry entry) {
        quietly(() -> {
            datasets.removeIf(known -> known.id().equals(entry.id()));
            datasets.add(entry);
        });
        journey.datasetProperty().set(entry);
        background.work(workbench::catalog, journey.catalogProperty()::set, problem::set);
    }

    private void chooseDatasetThatFits() {
        final ModelEntry model = journey.modelProperty().get();
        final DatasetEntry now = journey.datasetProperty().get();
        // from an encoder to a decoder the task changes with the model; within a family the data stay as they were chosen
        final boolean otherFamily = model != null && family != null && !family.equals(model.family()) && now != null && !natural(model, now);
        family = model == null ? family : model.family();
        if (model != null && (now == null || !suits(model, now) || otherFamily)) {
            journey.datasetProperty().set(datasets.stream().filter(data -> suits(model, data))
                    .min(Comparator.comparing((DatasetEntry data) -> natural(model, data) ? 0 : 1)).orElse(null));
        }
    }

    private static boolean suits(ModelEntry model, DatasetEntry data) {
        return model.tasks().contains(data.kind());
    }

    /** An encoder learns labels, a decoder goes on with text. */
    private static boolean natural(ModelEntry model, DatasetEntry data) {
        return model.family().equals("encoder") == (data.kind() == TaskKind.CLASSIFICATION);
    }

    private void filterModels() {
        modelsFound.setPredicate(entry -> matches(modelSearch.get(), entry.name(), entry.id(), entry.family()) && switch (modelFilter.get()) {
            case ALL -> true;
            case ON_DISK -> !entry.shapeOnly();
            case ENCODERS -> entry.family().equals("encoder");
            case DECODERS -> entry.family().equals("decoder");
        });
    }

    private void filterDatasets() {
        final ModelEntry model = journey.modelProperty().get();
        datasetsFound.setPredicate(entry -> matches(datasetSearch.get(), entry.name(), entry.id(), entry.kind().name())
                && (allDatasets.get() || model == null || suits(model, entry)));
    }

    private void filterMethods() {
        methodsFound.setPredicate(row -> {
            final MethodEntry entry = row.entry();
            return matches(methodSearch.get(), entry.name(), entry.id(), entry.title(), entry.paper(), String.valueOf(entry.year()), entry.oneLine(), entry.family(),
                    String.join(" ", entry.slots().stream().map(slot -> slot.slot() + " " + slot.choice()).toList()))
                    && (!onlyExact.get() || entry.exact()) && (!onlyMergeable.get() || entry.mergeable())
                    && (!onlyFitting.get() || row.plan().map(plan -> plan.verdict() != Verdict.OVER).orElse(true));
        });
    }

    private void sort() {
        methodsSorted.setComparator(switch (order.get()) {
            case PEAK -> Comparator.comparingLong(MethodRow::peakBytes).thenComparing(row -> row.entry().name());
            case FAMILY -> Comparator.comparingInt((MethodRow row) -> families().indexOf(row.entry().family())).thenComparingLong(MethodRow::peakBytes);
            case NAME -> Comparator.comparing(row -> row.entry().name().toLowerCase(Locale.ROOT));
            case YEAR -> Comparator.comparingInt((MethodRow row) -> -row.entry().year()).thenComparing(row -> row.entry().name());
        });
    }

    /** In the order of the catalogue, which keeps the methods of a family together. */
    private List<String> families() {
        return methods.stream().map(row -> row.entry().family()).distinct().toList();
    }

    /** Every word of the search stands somewhere in the texts. */
    static boolean matches(String search, String... texts) {
        final String all = String.join(" ", texts).toLowerCase(Locale.ROOT);
        return Arrays.stream(search.toLowerCase(Locale.ROOT).strip().split("\\s+")).allMatch(all::contains);
    }

    private void planBadges() {
        planned.set(0);
        if (journey.request().isEmpty() || methods.isEmpty()) {
            badges.stop();
            return;
        }
        badges.plan(methods.stream().map(MethodRow::entry).toList(), id -> journey.request(id).orElseThrow(), this::put, problem::set);
    }

    private void put(String id, UnaryOperator<MethodRow> change) {
        for (int i = 0; i < methods.size(); i++) {
            if (methods.get(i).entry().id().equals(id)) {
                final int at = i;
                quietly(() -> methods.set(at, change.apply(methods.get(at))));
                planned.set(planned.get() + 1);
                badgeRevision.set(badgeRevision.get() + 1);
            }
        }
        select();
    }

    private void select() {
        final MethodEntry method = journey.methodProperty().get();
        claims.show(method);
        selected.set(method == null ? null : methods.stream().filter(row -> row.entry().id().equals(method.id())).findFirst().orElse(null));
    }

    private void describe() {
        final ModelEntry model = journey.modelProperty().get();
        final DatasetEntry data = journey.datasetProperty().get();
        state.set(model == null ? "Choose a model" : data == null ? model.name() : model.name() + " · " + data.id());
    }

    @Override
    public void close() {
        badges.close();
        claims.close();
        background.close();
    }
}
