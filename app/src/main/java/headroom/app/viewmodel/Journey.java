package headroom.app.viewmodel;

import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.ColumnChoice;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.ModelEntry;
import headroom.engine.workbench.PlanRequest;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Map;
import javafx.beans.property.LongProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** What a person has chosen on the way from Catalog to Try: every stage reads it, each writes its own part. Window's thread only. */
public final class Journey {
    /** Bars that one page compares beside the plan itself. */
    public static final int COMPARED_METHODS = 2;

    private final ObjectProperty<Catalog> catalog = new SimpleObjectProperty<>(this, "catalog");
    private final ObjectProperty<ModelEntry> model = new SimpleObjectProperty<>(this, "model");
    private final ObjectProperty<DatasetEntry> dataset = new SimpleObjectProperty<>(this, "dataset");
    private final ObjectProperty<MethodEntry> method = new SimpleObjectProperty<>(this, "method");
    private final ObservableList<String> besides = FXCollections.observableArrayList();
    private final LongProperty budgetBytes = new SimpleLongProperty(this, "budgetBytes");
    private final ObjectProperty<MachineReading> machine = new SimpleObjectProperty<>(this, "machine");
    private final StringProperty run = new SimpleStringProperty(this, "run", "");
    private final ObservableList<String> compared = FXCollections.observableArrayList();

    /** Null until it was read. */
    public ObjectProperty<Catalog> catalogProperty() {
        return catalog;
    }

    public ObjectProperty<ModelEntry> modelProperty() {
        return model;
    }

    public ObjectProperty<DatasetEntry> datasetProperty() {
        return dataset;
    }

    public ObjectProperty<MethodEntry> methodProperty() {
        return method;
    }

    /** Ids of further methods whose bars stand beside the plan, at most {@link #COMPARED_METHODS}. */
    public ObservableList<String> besides() {
        return besides;
    }

    /** Pretended memory; 0 is the machine as it is. */
    public LongProperty budgetBytesProperty() {
        return budgetBytes;
    }

    /** Null before the first reading. */
    public ObjectProperty<MachineReading> machineProperty() {
        return machine;
    }

    /** Id of the run that Run shows and Try asks; empty where there is none. */
    public StringProperty runProperty() {
        return run;
    }

    /** Ids of the runs that Compare shows, in the order of their letters. */
    public ObservableList<String> compared() {
        return compared;
    }

    /** What the three choices and the budget ask for; empty while one is missing. */
    public Optional<PlanRequest> request() {
        if (model.get() == null || method.get() == null) {
            return Optional.empty();
        }
        return request(method.get().id());
    }

    /** The same with another method. */
    public Optional<PlanRequest> request(String methodId) {
        if (model.get() == null || dataset.get() == null) {
            return Optional.empty();
        }
        return Optional.of(new PlanRequest(model.get().id(), Optional.of(dataset.get().id()), ColumnChoice.GUESS, methodId, Map.of(),
                OptionalInt.empty(), OptionalInt.empty(), budget()));
    }

    /** The pretended budget; empty for the machine as it is. */
    public OptionalLong budget() {
        return budgetBytes.get() > 0 ? OptionalLong.of(budgetBytes.get()) : OptionalLong.empty();
    }
}
