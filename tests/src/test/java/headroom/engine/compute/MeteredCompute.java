package headroom.engine.compute;

import headroom.engine.memory.Account;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A machine that computes on another one and takes the time of each kernel. Lies in this package because a machine's inner calls do. */
public final class MeteredCompute extends Compute {
    /** What the calls of one kernel took together; bytes are those of its tensors, each counted once a call. */
    public static final class Meter {
        private long calls;
        private long nanos;
        private long bytes;
        private long flops;

        public long calls() {
            return calls;
        }

        public double seconds() {
            return nanos * 1e-9;
        }

        public long bytes() {
            return bytes;
        }

        public long flops() {
            return flops;
        }
    }

    private final TorchCompute inner;
    private final Map<String, Meter> meters = new TreeMap<>();

    public MeteredCompute(Ledger ledger) {
        super(ledger);
        inner = TorchCompute.cpu(ledger);
    }

    /** By kernel, since the last {@link #clear}. */
    public Map<String, Meter> meters() {
        return meters;
    }

    public void clear() {
        meters.clear();
    }

    @Override
    protected Object[] launch(Kernel kernel, Kernel.Outcome outcome, Account[] accounts, Object[] args) {
        long begin = System.nanoTime();
        Object[] made = inner.launch(kernel, outcome, accounts, args);
        Meter m = meters.computeIfAbsent(kernel.name(), k -> new Meter());
        m.nanos += System.nanoTime() - begin;
        m.calls++;
        m.flops += outcome.flops();
        outcome.outputs().forEach(s -> m.bytes += s.shape().bytes(s.dtype()));
        for (Object a : args) {
            if (a instanceof Tensor t) {
                m.bytes += t.bytes();
            }
        }
        return made;
    }

    @Override
    public boolean isDry() {
        return false;
    }

    @Override
    public double item(Tensor scalar) {
        return inner.item(scalar);
    }

    @Override
    public ByteBuffer download(Tensor tensor) {
        return inner.download(tensor);
    }

    @Override
    public float[] floats(Tensor tensor) {
        return inner.floats(tensor);
    }

    @Override
    public void overwrite(Tensor tensor, Supplier<ByteBuffer> data) {
        inner.overwrite(tensor, data);
    }

    @Override
    protected Object newZeros(DType dtype, Shape shape, Account account) {
        return inner.newZeros(dtype, shape, account);
    }

    @Override
    protected Object newFrom(DType dtype, Shape shape, Supplier<ByteBuffer> data, Account account) {
        return inner.newFrom(dtype, shape, data, account);
    }

    @Override
    protected Object copied(Tensor x, Tier to, Account account) {
        return inner.copied(x, to, account);
    }

    @Override
    protected Object viewOf(Tensor base, Shape shape) {
        return inner.viewOf(base, shape);
    }

    @Override
    protected Object rowsOf(Tensor base, long from, long to) {
        return inner.rowsOf(base, from, to);
    }

    @Override
    protected void free(Object handle) {
        inner.free(handle);
    }

    @Override
    public void close() {
        inner.close();
    }
}
