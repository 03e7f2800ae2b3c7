package headroom.app.window;

import headroom.app.component.BudgetField;
import headroom.app.component.Logo;
import headroom.app.component.PathBar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.application.Platform;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.controlsfx.control.NotificationPane;
import org.controlsfx.control.action.Action;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** The frame: header with path, budget and look; one view at a time; status bar; keys. Views plug in through {@link View}. */
public final class Shell implements Navigator {
    private static final List<String> STAGES = List.of("catalog", "plan", "run", "compare", "try");

    private final ShellViewModel model;
    private final Map<String, View> views = new LinkedHashMap<>();
    private final BorderPane frame = new BorderPane();
    private final StackPane page = new StackPane();
    private final NotificationPane notices = new NotificationPane(page);
    private final CommandPalette palette = new CommandPalette();
    private final LearnView learn = new LearnView(this);
    private final ToggleButton learnLink = link("Learn", "learn");
    private final ToggleButton experimentsLink = link("Experiments", "experiments");
    private PathBar path;
    private Scene scene;
    private Keys keys;
    private ChartExports exports;
    private View current;

    public Shell(ShellViewModel model) {
        this.model = model;
        frame.getStyleClass().add("shell");
        frame.setCenter(notices);
        frame.setBottom(new MachineStatusBar(model.machineProperty(), model.budgetBytesProperty()));
        notices.setShowFromTop(true);
        notices.setCloseButtonVisible(true);
    }

    /**
     * Takes the views in and makes the scene.
     *
     * @param stages catalog, plan, run, compare and try in this order, and experiments where it is there
     */
    public Scene scene(List<View> stages, double width, double height) {
        stages.forEach(view -> views.put(view.id(), view));
        views.put(learn.id(), learn);
        final View about = new AboutView();
        views.put(about.id(), about);
        path = new PathBar(STAGES.stream().filter(views::containsKey).map(views::get)
                .map(view -> new PathBar.Stage(view.id(), view.title(), view.state())).toList(), this::go);
        frame.setTop(header());
        scene = new Scene(frame, width, height);
        model.themeProperty().addListener((o, was, is) -> dress());
        dress();
        exports = new ChartExports(scene, this);
        keys = new Keys(scene, this::commands, () -> page);
        return scene;
    }

    @Override
    public void go(String id) {
        final View view = Optional.ofNullable(views.get(id)).orElseThrow(() -> new IllegalArgumentException("There is no view " + id + "; there are " + views.keySet() + "."));
        if (view != current) {
            if (current != null) {
                current.hidden();
            }
            current = view;
            page.getChildren().setAll(view.root());
            view.shown();
        }
        path.select(id);
        learnLink.setSelected(id.equals("learn"));
        experimentsLink.setSelected(id.equals("experiments"));
        Platform.runLater(view.focusTarget()::requestFocus);
    }

    @Override
    public void learn(String name) {
        learn.open(name);
        go("learn");
    }

    @Override
    public void say(String message, Command action) {
        notices.setText(message);
        notices.getActions().setAll(action == null ? List.of() : List.of(new Action(action.name(), event -> {
            notices.hide();
            action.action().run();
        })));
        notices.show();
    }

    /** The id of the view on screen. */
    public String onScreen() {
        return current == null ? "" : current.id();
    }

    private void dress() {
        model.themeProperty().get().install();
        model.themeProperty().get().dress(scene);
    }

    private HBox header() {
        final Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        final HBox header = new HBox(brand(), path, gap, tools());
        header.getStyleClass().add("header");
        return header;
    }

    private Node brand() {
        final Label name = new Label("Headroom");
        name.getStyleClass().add("strong");
        final Label home = new Label(model.homeName());
        home.getStyleClass().addAll("type-axis", "faint");
        final VBox words = new VBox(2, name, home);
        words.setAlignment(Pos.CENTER_LEFT);
        final HBox brand = new HBox(new Logo(), words);
        brand.getStyleClass().add("brand");
        return brand;
    }

    private HBox tools() {
        final BudgetField budget = new BudgetField();
        budget.budgetProperty().bindBidirectional(model.budgetBytesProperty());
        model.machineProperty().addListener((o, was, is) -> budget.capacityProperty().set(is.capacityBytes()));
        final Label word = new Label("Budget");
        word.getStyleClass().addAll("type-table", "muted");
        final HBox pair = new HBox(8, word, budget);
        pair.setAlignment(Pos.CENTER_LEFT);
        final Label key = new Label("Ctrl K");
        key.getStyleClass().add("kbd");
        final Button find = new Button("", new HBox(8, new FontIcon(Feather.SEARCH), key));
        ((HBox) find.getGraphic()).setAlignment(Pos.CENTER);
        find.getStyleClass().addAll("header-link", "find");
        find.setAccessibleText("Command palette");
        find.setOnAction(event -> openPalette());
        final HBox tools = new HBox(pair, learnLink);
        if (views.containsKey("experiments")) {
            tools.getChildren().add(experimentsLink);
        }
        tools.getChildren().addAll(find, lookButton());
        tools.getStyleClass().add("header-tools");
        tools.setMinWidth(Region.USE_PREF_SIZE);
        return tools;
    }

    private Button lookButton() {
        final Button button = new Button("", new FontIcon(Feather.SUN));
        button.getStyleClass().add("header-link");
        final Tooltip tip = new Tooltip();
        button.setTooltip(tip);
        button.setId("look");
        final Runnable show = () -> {
            final String words = switch (model.lookProperty().get()) {
                case LIGHT -> "Light";
                case DARK -> "Dark";
                case SYSTEM -> "As the system";
            };
            button.setGraphic(new FontIcon(switch (model.lookProperty().get()) {
                case LIGHT -> Feather.SUN;
                case DARK -> Feather.MOON;
                case SYSTEM -> Feather.MONITOR;
            }));
            button.setAccessibleText("Look: " + words);
            tip.setText("Look: " + words);
        };
        model.lookProperty().addListener((o, was, is) -> show.run());
        show.run();
        button.setOnAction(event -> nextLook());
        return button;
    }

    private void nextLook() {
        model.lookProperty().set(switch (model.lookProperty().get()) {
            case LIGHT -> ShellViewModel.Look.DARK;
            case DARK -> ShellViewModel.Look.SYSTEM;
            case SYSTEM -> ShellViewModel.Look.LIGHT;
        });
    }

    private ToggleButton link(String text, String id) {
        final ToggleButton link = new ToggleButton(text);
        link.setId("link-" + id);
        link.getStyleClass().add("header-link");
        link.setOnAction(event -> go(id));
        return link;
    }

    private void openPalette() {
        palette.show(scene.getWindow(), model.themeProperty().get(), commands().stream().filter(command -> !command.name().isEmpty()).toList());
    }

    /** The view's own commands come first, so that a view may give a key another sense. */
    private List<Command> commands() {
        final List<Command> all = new ArrayList<>(current == null ? List.of() : current.commands());
        for (int i = 0; i < STAGES.size(); i++) {
            addPlace(all, STAGES.get(i), "Ctrl+" + (i + 1));
        }
        addPlace(all, "learn", "Ctrl+6");
        addPlace(all, "experiments", "Ctrl+7");
        addPlace(all, "about", "");
        all.add(Command.of("Find a command", "Ctrl+K", this::openPalette));
        all.add(Command.of("Search in this pane", "Slash", keys::search));
        all.add(Command.of("Next pane", "F6", () -> keys.cyclePane(1)));
        all.add(Command.of("Previous pane", "Shift+F6", () -> keys.cyclePane(-1)));
        all.add(Command.of("Explain what has the focus", "F1", () -> learn(current == null ? "where-memory-goes" : current.learnPage())));
        all.add(Command.of("Show the chart with the focus as a table", "Ctrl+Shift+T", "", exports::possible, exports::table));
        all.add(Command.of("Export the chart with the focus", "Ctrl+E", "", exports::possible, exports::save));
        all.add(Command.of("Copy a diagnostic report", "Ctrl+Shift+C", () -> {
            exports.copy(model.diagnostics());
            say("The diagnostic report is in the clipboard.", null);
        }));
        all.add(Command.of("Light look", "", () -> model.lookProperty().set(ShellViewModel.Look.LIGHT)));
        all.add(Command.of("Dark look", "", () -> model.lookProperty().set(ShellViewModel.Look.DARK)));
        all.add(Command.of("Look as the system", "", () -> model.lookProperty().set(ShellViewModel.Look.SYSTEM)));
        return all;
    }

    private void addPlace(List<Command> all, String id, String key) {
        final View view = views.get(id);
        if (view != null) {
            all.add(Command.of("Go to " + view.title(), key, () -> go(id)));
        }
    }
}
