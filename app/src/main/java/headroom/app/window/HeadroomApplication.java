package headroom.app.window;

import headroom.app.component.ErrorCard;
import headroom.app.component.Fonts;
import headroom.app.view.CatalogView;
import headroom.app.view.CompareView;
import headroom.app.view.PlanView;
import headroom.app.view.RunView;
import headroom.app.view.StartView;
import headroom.app.view.TryView;
import headroom.app.viewmodel.StagesViewModel;
import headroom.engine.workbench.LocalWorkbench;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Workbench;
import headroom.engine.workbench.WorkbenchException;
import java.nio.file.Path;
import java.util.List;
import javafx.application.Application;
import javafx.scene.Scene;
import javafx.scene.image.Image;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;

/** The window. It opens the workbench before the first frame and closes it after the last one. */
public class HeadroomApplication extends Application {
    private static final double WIDTH = 1440;
    private static final double HEIGHT = 900;
    private static final double LEAST_WIDTH = 1280;
    private static final double LEAST_HEIGHT = 800;
    private static final int[] ICONS = {16, 32, 48, 64, 128, 256};

    private Workbench workbench;
    private Problem problem;
    private ShellViewModel model;
    private ExperimentsViewModel experiments;
    private StagesViewModel stages;
    private Watchdog watchdog;

    /** Opening reads the store: it happens on JavaFX's launcher thread, before there is a window to wait. */
    @Override
    public void init() {
        Fonts.load();
        try {
            workbench = open(home());
        } catch (WorkbenchException e) {
            problem = e.problem();
        }
    }

    /** The workbench the window works on. */
    protected Workbench open(Path home) {
        return LocalWorkbench.open(home);
    }

    @Override
    public void start(Stage stage) {
        stage.setTitle("Headroom");
        for (final int size : ICONS) {
            stage.getIcons().add(new Image(HeadroomApplication.class.getResource("/headroom/icons/headroom-" + size + ".png").toExternalForm()));
        }
        stage.setMinWidth(LEAST_WIDTH);
        stage.setMinHeight(LEAST_HEIGHT);
        if (problem != null) {
            stage.setScene(refused(problem));
        } else {
            model = new ShellViewModel(workbench);
            final Shell shell = new Shell(model);
            stage.setScene(shell.scene(views(shell), WIDTH, HEIGHT));
            shell.go("catalog");
            stages.load(() -> shell.go("start"));
        }
        stage.show();
        if (problem == null) {
            watchdog = new Watchdog();
        }
    }

    /** The stages in the order of the path. View models get the workbench here; views never see it. */
    private List<View> views(Navigator navigator) {
        experiments = new ExperimentsViewModel(workbench);
        stages = new StagesViewModel(workbench, model.budgetBytesProperty(), model.machineProperty());
        return List.of(new CatalogView(stages.catalog(), stages.imports(), stages.dividers(), navigator), new PlanView(stages.plan(), stages.dividers(), navigator), new RunView(stages.run(), stages.dividers(), navigator),
                new CompareView(stages.compare(), stages.dividers(), navigator), new TryView(stages.trial(), stages.dividers(), navigator), new StartView(stages.start(), stages.dividers(), navigator),
                new ExperimentsView(experiments, navigator, runs -> {
                    stages.journey().compared().setAll(runs.stream().limit(4).toList());
                    navigator.go("compare");
                }));
    }

    @Override
    public void stop() {
        if (watchdog != null) {
            watchdog.close();
        }
        if (model != null) {
            experiments.close();
            stages.close();
            model.close();
        }
        if (workbench != null) {
            workbench.close();
        }
    }

    private static Scene refused(Problem problem) {
        Theme.LIGHT.install();
        final StackPane box = new StackPane(new ErrorCard(problem));
        box.setStyle("-fx-padding: 24;");
        final Scene scene = new Scene(box, LEAST_WIDTH, LEAST_HEIGHT);
        Theme.LIGHT.dress(scene);
        return scene;
    }

    /** {@code --home DIR} or {@code --home=DIR}; without it {@code .headroom} in the user's folder. */
    private Path home() {
        final List<String> words = getParameters().getRaw();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).startsWith("--home=")) {
                return Path.of(words.get(i).substring("--home=".length())).toAbsolutePath().normalize();
            }
            if (words.get(i).equals("--home") && i + 1 < words.size()) {
                return Path.of(words.get(i + 1)).toAbsolutePath().normalize();
            }
        }
        return Path.of(System.getProperty("user.home"), ".headroom").toAbsolutePath().normalize();
    }
}
