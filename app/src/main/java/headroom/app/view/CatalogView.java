package headroom.app.view;

import headroom.app.component.EmptyState;
import headroom.app.component.ErrorCard;
import headroom.app.component.Legend;
import headroom.app.component.Parts;
import headroom.app.component.SearchField;
import headroom.app.component.Units;
import headroom.app.viewmodel.CatalogViewModel;
import headroom.app.viewmodel.ImportViewModel;
import headroom.app.viewmodel.MethodRow;
import headroom.app.viewmodel.DividersViewModel;
import headroom.app.window.Command;
import headroom.app.window.Navigator;
import headroom.app.window.View;
import headroom.engine.memory.Category;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.ModelEntry;
import java.io.File;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import javafx.beans.Observable;
import javafx.beans.property.Property;
import javafx.beans.value.ObservableValue;
import javafx.collections.ListChangeListener;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.SplitPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.input.Clipboard;
import javafx.scene.input.DragEvent;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.TransferMode;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** Model, dataset and method side by side, every method with what it would cost here; the chosen one in detail. */
public final class CatalogView implements View {
    private final CatalogViewModel model;
    private final ImportViewModel imports;
    private final Navigator navigator;
    private final ListView<ModelEntry> models;
    private final ListView<DatasetEntry> datasets;
    private final ListView<MethodRow> methods;
    private final SearchField methodSearch = new SearchField("Name, paper, idea, slot");
    private final Label methodCount = Parts.label("", "type-table", "muted");
    private final BarAxis axis = new BarAxis(16, CatalogCells.BAR_RIGHT);
    private final MethodDetail detail;
    private final StackPane root = new StackPane();
    private final SplitPane page;
    private final Drawer drawer;
    private boolean following;

    public CatalogView(CatalogViewModel model, ImportViewModel imports, DividersViewModel dividers, Navigator navigator) {
        this.model = model;
        this.imports = imports;
        this.navigator = navigator;
        models = list("models", model.models(), CatalogCells.MODEL, "No model has these words.");
        models.setCellFactory(list -> new CatalogCells.Model());
        datasets = list("datasets", model.datasets(), CatalogCells.DATASET, "No dataset that this model can learn. Import a file, or show all.");
        datasets.setCellFactory(list -> new CatalogCells.Data());
        methods = list("methods", model.methods(), CatalogCells.METHOD, "No method has these words and filters.");
        methods.setCellFactory(list -> new CatalogCells.Method(model));
        detail = new MethodDetail(model, navigator);
        follow(models, model.journey().modelProperty());
        follow(datasets, model.journey().datasetProperty());
        followMethod();
        page = Columns.of(2, new double[] {288, 288, 480, 384}, modelPane(), dataPane(), methodPane(), detail);
        Columns.remember(page, "catalog", dividers);
        drawer = new Drawer(page, detail, 384, false);
        root.getChildren().add(page);
        root.setOnDragOver(event -> {
            if (event.getDragboard().hasFiles()) {
                event.acceptTransferModes(TransferMode.COPY);
            }
        });
        root.setOnDragDropped(this::dropped);
        final ImportPane importPane = new ImportPane(imports, entry -> {
            model.imported(entry);
            navigator.say(entry.name() + " is in the catalog: " + Units.count(entry.rows()) + " rows.", null);
        });
        imports.fileProperty().addListener((o, was, is) -> {
            root.getChildren().setAll(is == null ? page : importPane);
            (is == null ? datasets : importPane).requestFocus();
        });
        model.problemProperty().addListener((o, was, is) -> root.getChildren().setAll(is == null ? page : failed(is)));
        model.badgeRevisionProperty().addListener((o, was, is) -> count());
        model.methods().addListener((Observable o) -> count());
    }

    private Node failed(headroom.engine.workbench.Problem problem) {
        final ErrorCard card = new ErrorCard(problem);
        card.addAction("Read again", model::load);
        card.setMaxWidth(720);
        return new StackPane(card);
    }

    private static <T> ListView<T> list(String id, javafx.collections.ObservableList<T> items, double height, String nothing) {
        final ListView<T> list = new ListView<>(items);
        list.setId(id);
        list.setFixedCellSize(height);
        final Label placeholder = Parts.words(nothing, "type-table", "muted");
        placeholder.setStyle("-fx-padding: 16;");
        list.setPlaceholder(placeholder);
        VBox.setVgrow(list, Priority.ALWAYS);
        return list;
    }

    /** Selection and choice follow each other; a filter that hides the choice does not change it. */
    private <T> void follow(ListView<T> list, Property<T> choice) {
        list.getSelectionModel().selectedItemProperty().addListener((o, was, is) -> {
            if (is != null && !following && !model.quiet()) {
                choice.setValue(is);
            }
        });
        final Runnable show = () -> {
            following = true;
            if (choice.getValue() == null || !list.getItems().contains(choice.getValue())) {
                list.getSelectionModel().clearSelection();
            } else {
                list.getSelectionModel().select(choice.getValue());
                list.scrollTo(Math.max(0, list.getItems().indexOf(choice.getValue()) - 2));
            }
            following = false;
        };
        choice.addListener((o, was, is) -> show.run());
        list.getItems().addListener((ListChangeListener<T>) change -> show.run());
        list.addEventFilter(KeyEvent.KEY_PRESSED, this::enter);
    }

    private void followMethod() {
        methods.getSelectionModel().selectedItemProperty().addListener((o, was, is) -> {
            if (is != null && !following && !model.quiet()) {
                model.journey().methodProperty().set(is.entry());
            }
        });
        final Runnable show = () -> {
            following = true;
            final MethodRow chosen = model.selectedProperty().get();
            final int at = chosen == null ? -1 : methods.getItems().indexOf(chosen);
            if (at < 0) {
                methods.getSelectionModel().clearSelection();
            } else {
                methods.getSelectionModel().select(at);
            }
            following = false;
        };
        model.selectedProperty().addListener((o, was, is) -> show.run());
        methods.getItems().addListener((ListChangeListener<MethodRow>) change -> show.run());
        // rows of families are as high as their headings, and a row that comes or goes moves the heading to another
        model.orderProperty().addListener((o, was, is) -> families());
        methods.getItems().addListener((ListChangeListener<MethodRow>) change -> {
            if (model.orderProperty().get() == CatalogViewModel.Order.FAMILY) {
                methods.refresh();
            }
        });
        methods.addEventFilter(KeyEvent.KEY_PRESSED, this::enter);
    }

    private void families() {
        methods.setFixedCellSize(model.orderProperty().get() == CatalogViewModel.Order.FAMILY ? ListView.USE_COMPUTED_SIZE : CatalogCells.METHOD);
        methods.refresh();
    }

    private void enter(KeyEvent event) {
        if (event.getCode() == KeyCode.ENTER) {
            event.consume();
            detail.plan();
        }
    }

    private Node modelPane() {
        final SearchField search = new SearchField("Name, family");
        search.textProperty().bindBidirectional(model.modelSearchProperty());
        final Label count = Parts.label("", "type-table", "muted");
        model.models().addListener((Observable o) -> count.setText(Units.count(model.models().size())));
        final FlowPane chips = new FlowPane(4, 4);
        final ToggleGroup group = new ToggleGroup();
        for (final CatalogViewModel.ModelFilter filter : CatalogViewModel.ModelFilter.values()) {
            final ToggleButton chip = Parts.chip(sentence(filter.name()));
            chip.setToggleGroup(group);
            chip.setSelected(filter == model.modelFilterProperty().get());
            chip.setOnAction(event -> {
                chip.setSelected(true);
                model.modelFilterProperty().set(filter);
            });
            chips.getChildren().add(chip);
        }
        return pane("Model", count, search, chips, models, note("What trains here", "Models on disk can be trained. A shape can be planned on any budget: its weights are not here."));
    }

    private Node dataPane() {
        final SearchField search = new SearchField("Name, task");
        search.textProperty().bindBidirectional(model.datasetSearchProperty());
        final Label count = Parts.label("", "type-table", "muted");
        model.datasets().addListener((Observable o) -> count.setText(Units.count(model.datasets().size())));
        final ToggleButton fits = Parts.chip("Fits model");
        final ToggleButton all = Parts.chip("All");
        model.allDatasetsProperty().addListener((o, was, is) -> {
            fits.setSelected(!is);
            all.setSelected(is);
        });
        fits.setSelected(true);
        fits.setOnAction(event -> {
            fits.setSelected(true);
            model.allDatasetsProperty().set(false);
        });
        all.setOnAction(event -> {
            all.setSelected(true);
            model.allDatasetsProperty().set(true);
        });
        final javafx.scene.control.Button take = Parts.button("Import", Feather.PLUS, null, this::chooseFile);
        take.getStyleClass().add("compact");
        take.setId("import");
        final Label words = Parts.words("", "type-table", "muted");
        model.journey().datasetProperty().addListener((o, was, is) -> words.setText(is == null ? "" : "Row " + Units.count(is.lengths().longestRow()) + " has "
                + Units.count(is.lengths().longest()) + " " + is.lengths().unit() + ", the median row " + Units.count(is.lengths().median())
                + ". A batch is padded to its longest row."));
        return pane("Dataset", count, search, new FlowPane(4, 4, fits, all, take), datasets, note("The row that costs most", words));
    }

    private Node methodPane() {
        methodSearch.textProperty().bindBidirectional(model.methodSearchProperty());
        methodSearch.setId("method-search");
        methodSearch.addEventFilter(KeyEvent.KEY_PRESSED, event -> {
            if (event.getCode() == KeyCode.DOWN) {
                event.consume();
                methods.requestFocus();
            } else {
                enter(event);
            }
        });
        final ToggleButton fits = chip("Fits", model.onlyFittingProperty());
        final ToggleButton exact = chip("Exact gradient", model.onlyExactProperty());
        final ToggleButton merge = chip("Mergeable", model.onlyMergeableProperty());
        final MenuButton sort = new MenuButton("Sort: peak", new FontIcon(Feather.BAR_CHART_2));
        for (final CatalogViewModel.Order order : CatalogViewModel.Order.values()) {
            final MenuItem item = new MenuItem(sentence(order.name()));
            item.setOnAction(event -> model.orderProperty().set(order));
            sort.getItems().add(item);
        }
        model.orderProperty().addListener((o, was, is) -> sort.setText("Sort: " + is.name().toLowerCase(Locale.ROOT)));
        sort.getStyleClass().add("compact");
        final Legend legend = new Legend(EnumSet.allOf(Category.class), false);
        legend.setHgap(5);
        legend.setAlignment(javafx.geometry.Pos.CENTER_LEFT);
        final HBox foot = new HBox(legend);
        HBox.setHgrow(legend, Priority.ALWAYS);
        foot.setStyle("-fx-padding: 10 8 10 16;");
        final HBox head = Parts.paneHeader("Method", "", sort);
        head.getChildren().add(1, methodCount);
        final VBox top = new VBox(8, methodSearch, new FlowPane(4, 4, fits, exact, merge));
        top.setStyle("-fx-padding: 0 16 8 16;");
        final VBox pane = new VBox(head, top, axis, methods, Parts.rule(), foot);
        pane.getStyleClass().add("pane");
        return pane;
    }

    private static ToggleButton chip(String text, javafx.beans.property.BooleanProperty on) {
        final ToggleButton chip = Parts.chip(text);
        chip.selectedProperty().bindBidirectional(on);
        return chip;
    }

    private static VBox pane(String title, Label count, SearchField search, FlowPane chips, ListView<?> list, Node foot) {
        final VBox top = new VBox(8, search, chips);
        top.setStyle("-fx-padding: 0 16 8 16;");
        final VBox pane = new VBox(Parts.paneHeader(title, "", count), top, Parts.rule(), list, Parts.rule(), foot);
        pane.getStyleClass().add("pane");
        pane.setMinWidth(200);
        return pane;
    }

    private static Node note(String title, String words) {
        return note(title, Parts.words(words, "type-table", "muted"));
    }

    private static Node note(String title, Label words) {
        final VBox box = new VBox(4, Parts.label(title, "type-table", "strong"), words);
        box.setStyle("-fx-padding: 12 16 12 16;");
        box.setMinHeight(96);
        box.setPrefHeight(96);
        return box;
    }

    private static String sentence(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void count() {
        final long fit = model.fitting();
        final long budget = model.methods().stream().flatMap(row -> row.plan().stream()).mapToLong(plan -> plan.budgetBytes()).findFirst().orElse(0);
        methodCount.setText(Units.count(model.methodCount()) + (budget > 0 ? " · " + fit + (fit == 1 ? " fits in " : " fit in ") + Units.memory(budget) : ""));
        axis.show(model.axisBytes(), budget);
    }

    /** A file that was copied elsewhere can be pasted here. */
    private void pasteFile() {
        Clipboard.getSystemClipboard().getFiles().stream().findFirst().ifPresent(file -> imports.read(file.toPath()));
    }

    private void dropped(DragEvent event) {
        if (event.getDragboard().hasFiles()) {
            imports.read(event.getDragboard().getFiles().getFirst().toPath());
            event.setDropCompleted(true);
            event.consume();
        }
    }

    private void chooseFile() {
        final FileChooser chooser = new FileChooser();
        chooser.setTitle("Import a dataset");
        chooser.getExtensionFilters().addAll(new FileChooser.ExtensionFilter("Tables and text", "*.csv", "*.tsv", "*.jsonl", "*.json", "*.txt"),
                new FileChooser.ExtensionFilter("All files", "*.*"));
        final File file = chooser.showOpenDialog(root.getScene().getWindow());
        if (file != null) {
            imports.read(file.toPath());
        }
    }

    @Override
    public String id() {
        return "catalog";
    }

    @Override
    public String title() {
        return "Catalog";
    }

    @Override
    public Node root() {
        return root;
    }

    @Override
    public Node focusTarget() {
        return methodSearch;
    }

    @Override
    public ObservableValue<String> state() {
        return model.stateProperty();
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.of("Plan the chosen method", "", "headroom plan", () -> model.selectedProperty().get() != null, detail::plan),
                drawer.command("the method in detail"),
                Command.of("Import a dataset", "Ctrl+I", "", () -> true, this::chooseFile),
                Command.of("Import the copied file", "Ctrl+Shift+V", "", () -> Clipboard.getSystemClipboard().hasFiles(), this::pasteFile),
                Command.of("Go to Start", "Ctrl+N", () -> navigator.go("start")));
    }

    @Override
    public String learnPage() {
        final MethodRow chosen = model.selectedProperty().get();
        return chosen == null ? "where-memory-goes" : chosen.entry().learn();
    }
}
