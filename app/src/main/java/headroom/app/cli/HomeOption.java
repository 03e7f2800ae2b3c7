package headroom.app.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --home}. */
final class HomeOption {
    @Option(names = "--home", paramLabel = "DIR",
            description = "folder of runs, checkpoints and settings (default: .headroom in your home folder)")
    private Path home;

    Path folder() {
        return (home != null ? home : Path.of(System.getProperty("user.home"), ".headroom")).toAbsolutePath().normalize();
    }
}
