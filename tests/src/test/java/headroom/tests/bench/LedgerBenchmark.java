package headroom.tests.bench;

import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs that no tensor exists without an account: a kernel call takes some ten microseconds, a booking must vanish beside it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LedgerBenchmark {

    /** As many open accounts as a model of a hundred blocks holds. */
    private static final int HELD = 2_000;

    private Ledger ledger;

    /** Fills the ledger with what a run holds all the time. */
    @Setup
    public void hold() {
        ledger = new Ledger();
        for (int i = 0; i < HELD; i++) {
            ledger.open(Category.WEIGHTS, Tier.DEVICE, "decoder." + i, "weight", 1L << 20);
        }
    }

    /** One tensor's whole life in the book. */
    @Benchmark
    public Account openAndClose() {
        final Account account = ledger.open(Category.ACTIVATIONS, Tier.DEVICE, "decoder.3.attention.q_proj", "output", 1L << 20);
        ledger.close(account);
        return account;
    }
}
