package headroom.app.viewmodel;

import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.Progress;
import headroom.engine.workbench.WorkbenchException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javafx.application.Platform;

/** Plans every method for one choice in the background, one after the other; a newer choice puts an end to those of an older one. */
final class MethodBadges implements AutoCloseable {
    private static final String YARDSTICK = "full";

    private final BiFunction<PlanRequest, Progress, MemoryPlan> sketch;
    private final Background background = new Background("catalog-badges");
    private final AtomicInteger wanted = new AtomicInteger();

    /** @param sketch plans a request, or ends with a {@link CancellationException} when it is no longer wanted */
    MethodBadges(BiFunction<PlanRequest, Progress, MemoryPlan> sketch) {
        this.sketch = sketch;
    }

    /** Puts an end to what is under way. */
    void stop() {
        wanted.incrementAndGet();
    }

    /**
     * Plans methods.
     *
     * @param request of a method, by its id; asked before this returns
     * @param put hears on the application's thread what becomes of the row of a method
     * @param failed hears what kept all of it from being done
     */
    void plan(List<MethodEntry> methods, Function<String, PlanRequest> request, BiConsumer<String, UnaryOperator<MethodRow>> put, Consumer<Problem> failed) {
        final int mine = wanted.incrementAndGet();
        // full fine-tuning first: the others are measured against it
        final Map<String, PlanRequest> requests = new LinkedHashMap<>();
        methods.stream().map(MethodEntry::id).sorted(Comparator.comparing(id -> id.equals(YARDSTICK) ? 0 : 1)).forEach(id -> requests.put(id, request.apply(id)));
        final Progress stillWanted = new Progress() {
            @Override
            public void at(At at) {
                // a badge shows answers, not how far they are
            }

            @Override
            public boolean cancelled() {
                return wanted.get() != mine;
            }
        };
        final BiConsumer<String, UnaryOperator<MethodRow>> heard = (id, change) -> Platform.runLater(() -> {
            if (!stillWanted.cancelled()) {
                put.accept(id, change);
            }
        });
        background.work(() -> {
            double full = Double.NaN;
            for (final Map.Entry<String, PlanRequest> each : requests.entrySet()) {
                if (stillWanted.cancelled()) {
                    break;
                }
                full = badge(each.getKey(), each.getValue(), full, heard, stillWanted);
            }
            return mine;
        }, done -> { }, failed);
    }

    /** @return operations of the yardstick, once they are known */
    private double badge(String id, PlanRequest request, double full, BiConsumer<String, UnaryOperator<MethodRow>> put, Progress stillWanted) {
        try {
            final MemoryPlan plan = sketch.apply(request, stillWanted);
            final double yardstick = id.equals(YARDSTICK) ? plan.flops() : full;
            put.accept(id, row -> row.with(plan, plan.flops() / yardstick));
            return yardstick;
        } catch (CancellationException _) {
            return full;
        } catch (WorkbenchException e) {
            put.accept(id, row -> row.with(e.problem()));
            return full;
        }
    }

    @Override
    public void close() {
        stop();
        background.close();
    }
}
