package headroom.app.window;

import headroom.engine.workbench.MachineReading;
import headroom.engine.workbench.RunSummary;
import headroom.engine.workbench.Workbench;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A workbench for tests of the frame: one machine, settings in a map; whatever else is asked fails the test. */
final class FixedWorkbench {
    final Map<String, String> settings = new ConcurrentHashMap<>();
    final List<RunSummary> runs = new CopyOnWriteArrayList<>();
    final List<String> resumed = new CopyOnWriteArrayList<>();

    Workbench workbench() {
        return (Workbench) Proxy.newProxyInstance(FixedWorkbench.class.getClassLoader(), new Class<?>[] {Workbench.class}, (proxy, method, args) -> switch (method.getName()) {
            case "home" -> Path.of("project");
            case "machine" -> new MachineReading(Instant.EPOCH, Optional.empty(), "Example processor", 8, 0.4, 0.1, 16L << 30, 5L << 30, 700L << 20, 80L << 30,
                    "libtorch 2.7.1", "jemalloc");
            case "setting" -> {
                if (args.length == 1) {
                    yield Optional.ofNullable(settings.get((String) args[0]));
                }
                settings.put((String) args[0], (String) args[1]);
                yield null;
            }
            case "runs" -> List.copyOf(runs);
            case "resume" -> {
                resumed.add((String) args[0]);
                yield args[0];
            }
            case "close" -> null;
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == args[0];
            case "toString" -> "fixed workbench";
            default -> throw new AssertionError("The frame asked the workbench for " + method.getName() + ".");
        });
    }
}
