package headroom.app;

import headroom.app.cli.Main;

/**
 * Where Headroom starts: without arguments the window, with arguments the command line.
 *
 * <p>This class is no JavaFX application itself: JavaFX on the class path refuses a main class that is one. And commands never load JavaFX, so
 * they run on machines without a display.
 */
public final class Launcher {

    private Launcher() {
    }

    /** Ends the process with the command's exit code. */
    public static void main(final String[] args) {
        System.exit(Main.run(args));
    }
}
