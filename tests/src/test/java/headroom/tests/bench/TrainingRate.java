package headroom.tests.bench;

import headroom.engine.memory.SpareMemory;
import headroom.tests.peers.Own;
import headroom.tests.peers.Peer;
import headroom.tests.peers.TrainingStep;
import headroom.tests.peers.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * Training steps of one workload in a process of its own, ours or those of libtorch's autograd, and what they cost: tokens per second, share of the rate at which this process
 * multiplies matrices, memory of the process and of the ledger, page faults, garbage collection and Java allocation per step.
 *
 * <p>{@code mvn -pl tests -am -Prate -DskipTests verify [-Drate.args="own minilm-f32 10"]}; with the allocator of the product when {@code LD_PRELOAD} and {@code MALLOC_CONF}
 * are set as decision 0002 says. {@link Versus} runs both sides both ways.
 */
public final class TrainingRate {
    /** Steps before any is measured: the second is the first that finds its state there, and short steps settle a little longer. */
    private static final int WARM_UP = 2;
    private static final double WARM_UP_SECONDS = 3;
    private static final int LEAST = 3;
    private static final int MOST = 20;
    static final String RESULT = "measured ";

    private TrainingRate() {}

    /** @param args side ({@code own}, {@code unplaced}, {@code peer}), workload, seconds to measure for, rows, length */
    public static void main(String[] args) {
        String side = args.length > 0 ? args[0] : "own";
        Workload w = Workload.named(args.length > 1 ? args[1] : "minilm-f32");
        double seconds = args.length > 2 ? Double.parseDouble(args[2]) : 10;
        if (args.length > 4) {
            w = w.sized(Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        }
        Measurement m = measure(w, side, seconds);
        System.out.printf("%s, %s, %d × %d, allocator %s%n", w.title(), m.side(), w.rows(), w.length(), m.allocator());
        System.out.printf("%.0f tokens/s, step %.0f ms (median of %d)%n", m.tokensPerSecond(), w.tokens() / m.tokensPerSecond() * 1e3, m.steps());
        System.out.printf("products of a step %.0f GFLOP, %.1f GFLOP/s when run alone: share %.1f %%%n", w.productFlops() * 1e-9, m.productRate() * 1e-9, 100 * m.share());
        System.out.printf("process %.2f GiB at most, %.2f GiB above the start; ledger peak %.2f GiB%n", gib(m.processPeak()), gib(m.growth()), gib(m.ledgerPeak()));
        if (m.arena() > 0) {
            System.out.printf("arena %.2f GiB, with what lies outside %.2f GiB; libtorch allocated %.2f %% of what passed itself%n", gib(m.arena()), gib(m.expected()), 100 * m.adopted());
        }
        System.out.printf("%.0f page faults, %.1f KiB of Java allocation a step; %.2f %% garbage collection; first loss %.6f%n", m.faults(), m.allocated() / 1024, 100 * m.collecting(), m.loss());
        System.out.println(RESULT + m.toJson());
    }

    private static double gib(double bytes) {
        return bytes / (1 << 30);
    }

    static Measurement measure(Workload w, String side, double seconds) {
        try (ProductRate products = new ProductRate(w)) {
            products.run();
            warm(w.small(), side);
            System.gc();
            ProcessFigures process = new ProcessFigures();
            try (TrainingStep training = open(w, side)) {
                // as a run does once its model is loaded; the peer too, since what loading left is not the step's
                SpareMemory.giveBack();
                long start = System.nanoTime();
                double loss = training.run(0);
                int done = 1;
                while (done < WARM_UP || (System.nanoTime() - start) * 1e-9 < WARM_UP_SECONDS) {
                    training.run(done++);
                }
                Steps steps = new Steps();
                List<Double> rates = new ArrayList<>();
                while (steps.count() < LEAST || steps.total < seconds && steps.count() < MOST) {
                    steps.run(training, done++);
                    rates.add(products.run());
                }
                TrainingStep.Booked booked = training.booked();
                double rate = Measurement.middle(rates);
                return new Measurement(w.id(), side, allocator(), steps.count(), w.tokens() / steps.median(), rate, w.productFlops() / steps.median() / rate, process.peak(), process.growth(),
                        booked.peak(), booked.arena(), booked.expected() == 0 ? booked.peak() : booked.expected(), booked.adopted(), (double) steps.faults / steps.count(),
                        steps.collecting / steps.total, (double) steps.allocated / steps.count(), loss);
            }
        }
    }

    /** What the measured steps took. */
    private static final class Steps {
        private final List<Double> seconds = new ArrayList<>();
        private double total;
        private double collecting;
        private long faults;
        private long allocated;

        void run(TrainingStep training, int number) {
            long faultsBefore = ProcessFigures.minorFaults();
            double collectingBefore = ProcessFigures.collecting();
            long allocatedBefore = ProcessFigures.allocated();
            long begin = System.nanoTime();
            training.run(number);
            seconds.add((System.nanoTime() - begin) * 1e-9);
            allocated += ProcessFigures.allocated() - allocatedBefore;
            collecting += ProcessFigures.collecting() - collectingBefore;
            faults += ProcessFigures.minorFaults() - faultsBefore;
            total += seconds.getLast();
        }

        int count() {
            return seconds.size();
        }

        double median() {
            return Measurement.middle(seconds);
        }
    }

    private static TrainingStep open(Workload w, String side) {
        return switch (side) {
            case "own" -> new Own(w, true);
            case "unplaced" -> new Own(w, false);
            case "peer" -> Peer.of(w);
            default -> throw new IllegalArgumentException("side " + side + "; expected own, unplaced or peer");
        };
    }

    /** The library's own code and tables come into memory before anything is counted: they are no growth of a run. */
    private static void warm(Workload small, String side) {
        try (TrainingStep training = open(small, side)) {
            training.run(0);
            training.run(1);
        }
    }

    private static String allocator() {
        String preloaded = System.getenv("LD_PRELOAD");
        return preloaded == null || !preloaded.contains("jemalloc") ? "system" : "jemalloc";
    }
}
