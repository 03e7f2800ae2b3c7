package headroom.app.viewmodel;

import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.Workbench;
import java.util.List;
import javafx.beans.property.LongProperty;
import javafx.beans.value.ObservableValue;

/** The view models of all stages over one workbench and one journey. */
public final class StagesViewModel implements AutoCloseable {
    private final Journey journey = new Journey();
    private final DividersViewModel dividers;
    private final CatalogViewModel catalog;
    private final ImportViewModel imports;
    private final PlanViewModel plan;
    private final RunViewModel run;
    private final CompareViewModel compare;
    private final TryViewModel trial;
    private final StartViewModel start;

    /** @param budgetBytes of the header, followed both ways; @param machine read once a second */
    public StagesViewModel(Workbench workbench, LongProperty budgetBytes, ObservableValue<MachineReading> machine) {
        journey.budgetBytesProperty().bindBidirectional(budgetBytes);
        journey.machineProperty().bind(machine);
        dividers = new DividersViewModel(workbench, "catalog", "plan", "run", "compare", "try", "start");
        catalog = new CatalogViewModel(workbench, journey);
        imports = new ImportViewModel(workbench);
        plan = new PlanViewModel(workbench, journey);
        run = new RunViewModel(workbench, journey);
        compare = new CompareViewModel(workbench, journey);
        trial = new TryViewModel(workbench, journey);
        start = new StartViewModel(workbench, journey);
        run.snapshotProperty().addListener((o, was, is) -> {
            if (was != null && is != null && !was.state().ended() && is.state().ended()) {
                compare.refresh();
            }
        });
    }

    /** Reads what there is: the catalogue, the runs, and what was interrupted. @param recover hears that something can be recovered */
    public void load(Runnable recover) {
        catalog.load();
        start.load(recover);
        compare.refresh();
    }

    public DividersViewModel dividers() {
        return dividers;
    }

    public Journey journey() {
        return journey;
    }

    public CatalogViewModel catalog() {
        return catalog;
    }

    public ImportViewModel imports() {
        return imports;
    }

    public PlanViewModel plan() {
        return plan;
    }

    public RunViewModel run() {
        return run;
    }

    public CompareViewModel compare() {
        return compare;
    }

    public TryViewModel trial() {
        return trial;
    }

    public StartViewModel start() {
        return start;
    }

    @Override
    public void close() {
        List.of(dividers, catalog, imports, plan, run, compare, trial, start).forEach(StagesViewModel::end);
    }

    private static void end(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing a view model never fails", e);
        }
    }
}
