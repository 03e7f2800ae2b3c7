package headroom.app;

import headroom.app.cli.Main;
import headroom.app.window.HeadroomApplication;
import javafx.application.Application;

/**
 * Where Headroom starts: without arguments (or with {@code --home DIR} alone) the window, with others the command line.
 *
 * <p>This class is no JavaFX application itself: JavaFX on the class path refuses a main class that is one. And commands never load JavaFX, so
 * they run on machines without a display.
 */
public final class Launcher {

    private Launcher() {
    }

    /** Ends the process with the command's exit code. */
    public static void main(final String[] args) {
        if (forTheWindow(args)) {
            Application.launch(HeadroomApplication.class, args);
            System.exit(0);
        }
        System.exit(Main.run(args));
    }

    private static boolean forTheWindow(final String[] args) {
        return args.length == 0 || args.length == 1 && args[0].startsWith("--home=") || args.length == 2 && args[0].equals("--home");
    }
}
