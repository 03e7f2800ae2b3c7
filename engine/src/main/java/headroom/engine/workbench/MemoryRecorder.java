package headroom.engine.workbench;

import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import headroom.engine.plan.Layers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches the ledger of a live run: the highest state of every operation of the last seconds, the newest whole step, and per layer what it kept
 * and how long it took. Written by the engine thread, read by any.
 */
final class MemoryRecorder implements Ledger.Watcher {
    private static final double RECENT_SECONDS = 5;
    private static final int MOST_RECENT = 20_000;
    private static final int MOST_PER_STEP = 50_000;

    private final Ledger ledger;
    private final List<String> order;
    private final long begin;
    private final PhaseReader phases = new PhaseReader();
    private final ArrayDeque<MemoryInstant> recent = new ArrayDeque<>();
    private List<MemoryInstant> stepSoFar = new ArrayList<>();
    private List<MemoryInstant> lastStep = List.of();
    private final Map<String, long[]> kept = new LinkedHashMap<>();
    private final Map<String, long[]> nanos = new LinkedHashMap<>();
    private List<LayerInstant> lastLayers = List.of();

    private final long[] highest = new long[Category.values().length];
    private long highestTotal = -1;
    private String op = "start";
    private String owner = "";
    private String phase = "load";
    private long opBegin;
    private int step;
    private boolean keptRead;
    /** The last operation of a step was written down when the step ended. */
    private boolean idle;
    private long evaluationPeak;

    /** @param order layers in the order of the model; others come behind them */
    MemoryRecorder(Ledger ledger, List<String> order) {
        this.ledger = ledger;
        this.order = List.copyOf(order);
        this.begin = System.nanoTime();
        this.opBegin = begin;
    }

    @Override
    public synchronized void changed(Ledger changed, Account account, boolean opened) {
        if (changed.total() > highestTotal) {
            take();
        }
    }

    @Override
    public synchronized void operation(String nextOp, String nextOwner) {
        if (idle) {
            opBegin = System.nanoTime();
            idle = false;
        } else {
            close();
        }
        final String next = phases.phase(nextOp, nextOwner);
        // all that the forward pass keeps is there when the loss is reached
        if (!keptRead && (next.equals("loss") || next.equals("backward"))) {
            readKept();
            keptRead = true;
        }
        op = nextOp;
        owner = nextOwner;
        phase = next;
        highestTotal = -1;
        take();
    }

    /** The running operation is over: it becomes an instant. */
    private void close() {
        final long now = System.nanoTime();
        final MemoryInstant instant = new MemoryInstant(stepSoFar.size(), (now - begin) * 1e-9, step, phase, op, owner, PlanReading.bytes(highest),
                ledger.total(Tier.HOST));
        recent.addLast(instant);
        while (recent.size() > MOST_RECENT || recent.getFirst().seconds() < instant.seconds() - RECENT_SECONDS) {
            recent.removeFirst();
        }
        if (stepSoFar.size() < MOST_PER_STEP) {
            stepSoFar.add(instant);
        }
        nanos.computeIfAbsent(Layers.of(owner), _ -> new long[1])[0] += now - opBegin;
        opBegin = now;
    }

    private void take() {
        highestTotal = ledger.total();
        if (phase.equals("evaluate")) {
            evaluationPeak = Math.max(evaluationPeak, highestTotal);
        }
        for (final Category category : Category.values()) {
            highest[category.ordinal()] = ledger.total(category);
        }
    }

    private void readKept() {
        kept.clear();
        for (final var view : ledger.accounts()) {
            if (view.category() == Category.ACTIVATIONS) {
                kept.computeIfAbsent(Layers.of(view.owner()), _ -> new long[1])[0] += view.bytes();
            }
        }
    }

    /** A step ended: what was recorded since the last one is the newest whole step. */
    synchronized void stepped(int done, Map<String, Double> gradientSquares) {
        close();
        final Map<String, Double> squares = new HashMap<>();
        gradientSquares.forEach((path, square) -> squares.merge(Layers.of(path), square, Double::sum));
        lastStep = List.copyOf(stepSoFar);
        stepSoFar = new ArrayList<>();
        final List<LayerInstant> now = new ArrayList<>();
        nanos.forEach((layer, spent) -> now.add(new LayerInstant(layer, kept.getOrDefault(layer, new long[1])[0],
                squares.containsKey(layer) ? Math.sqrt(squares.get(layer)) : Double.NaN, spent[0] * 1e-9)));
        now.removeIf(layer -> layer.layer().isEmpty());
        now.sort(Comparator.comparingInt(layer -> order.contains(layer.layer()) ? order.indexOf(layer.layer()) : order.size()));
        lastLayers = List.copyOf(now);
        nanos.clear();
        kept.clear();
        keptRead = false;
        idle = true;
        step = done;
    }

    /** What happened between two steps belongs to no step. */
    synchronized void between() {
        stepSoFar = new ArrayList<>();
        nanos.clear();
    }

    /** Highest total in the evaluations so far. */
    synchronized long evaluationPeak() {
        return evaluationPeak;
    }

    synchronized MemoryInstant now() {
        return new MemoryInstant(stepSoFar.size(), (System.nanoTime() - begin) * 1e-9, step, phase, op, owner, PlanReading.bytes(highest), 0);
    }

    synchronized List<MemoryInstant> recent() {
        return List.copyOf(recent);
    }

    synchronized List<MemoryInstant> lastStep() {
        return lastStep;
    }

    synchronized List<LayerInstant> lastLayers() {
        return lastLayers;
    }
}
