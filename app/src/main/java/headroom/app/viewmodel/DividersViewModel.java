package headroom.app.viewmodel;

import headroom.engine.workbench.Workbench;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a person dragged the dividers of each page to, as shares of its width; kept with the other settings. */
public final class DividersViewModel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DividersViewModel.class);

    private final Workbench workbench;
    private final Background background = new Background("dividers");
    private final Map<String, double[]> known = new ConcurrentHashMap<>();

    /** @param pages whose dividers are read at once: later the window does not wait for the disk */
    DividersViewModel(Workbench workbench, String... pages) {
        this.workbench = workbench;
        background.work(() -> {
            for (final String page : pages) {
                workbench.setting("dividers." + page).map(DividersViewModel::parse).filter(positions -> positions.length > 0).ifPresent(positions -> known.putIfAbsent(page, positions));
            }
            return pages.length;
        }, read -> { }, why -> LOG.warn("The places of the dividers could not be read: {}", why.what()));
    }

    /** Empty where nothing was dragged yet. */
    public Optional<double[]> of(String page) {
        return Optional.ofNullable(known.get(page)).map(double[]::clone);
    }

    public void keep(String page, double[] positions) {
        known.put(page, positions.clone());
        final String text = Arrays.stream(positions).mapToObj(at -> String.valueOf(Math.round(at * 10_000) / 10_000.0)).collect(Collectors.joining(" "));
        background.work(() -> {
            workbench.setting("dividers." + page, text);
            return page;
        }, kept -> { }, why -> LOG.warn("The places of the dividers could not be kept: {}", why.what()));
    }

    private static double[] parse(String text) {
        try {
            return Arrays.stream(text.strip().split(" ")).mapToDouble(Double::parseDouble).filter(at -> at > 0 && at < 1).toArray();
        } catch (NumberFormatException _) {
            return new double[0];
        }
    }

    @Override
    public void close() {
        background.close();
    }
}
