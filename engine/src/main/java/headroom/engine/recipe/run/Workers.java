package headroom.engine.recipe.run;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.State;
import headroom.engine.tape.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Logical devices on one machine: each has a name, which the accounts of what it holds begin with, and counts what goes over its link. They work in turn on the engine thread, so
 * there is one order and one result; what is counted are bytes, never the time that real links would take.
 *
 * <p>What a device holds of its own lies in host memory. Where a device trains, it does so on the machine's device with the model that all share.
 */
public final class Workers implements State.Holder {
    private static final int SCALAR = Double.BYTES;

    private final Compute compute;
    private final List<String> names;
    private final long[] sent;
    private final long[] received;

    public Workers(Compute compute, List<String> names) {
        this.compute = compute;
        this.names = List.copyOf(names);
        this.sent = new long[names.size()];
        this.received = new long[names.size()];
    }

    public List<String> names() {
        return names;
    }

    /** Bytes that a device has sent so far. */
    public long sent(int worker) {
        return sent[worker];
    }

    /** Bytes that a device has received so far. */
    public long received(int worker) {
        return received[worker];
    }

    /** Bytes that went over all links, each counted once. */
    public long traffic() {
        long all = 0;
        for (long n : sent) {
            all += n;
        }
        return all;
    }

    private void count(int from, int to, long bytes) {
        if (from != to) {
            sent[from] += bytes;
            received[to] += bytes;
        }
    }

    /** A copy that a device holds, booked as the original is under the device's name; owned by the caller. */
    public Tensor hold(int worker, String path, Tensor t) {
        Category category = t.account().category();
        return compute.copyTo(Tier.HOST, t).book(category, names.get(worker) + "." + path);
    }

    /** Sends a tensor: the copy that the other device then holds. */
    public Tensor send(int from, int to, String path, Tensor t) {
        count(from, to, t.bytes());
        return hold(to, path, t);
    }

    /** Sends a tensor into one that is there on the other side. */
    public void send(int from, int to, Tensor t, Tensor into) {
        count(from, to, t.bytes());
        if (t.account().tier() == into.account().tier()) {
            compute.apply(CoreKernels.COPY_INTO, into, t);
            return;
        }
        try (Tensor there = compute.copyTo(into.account().tier(), t)) {
            compute.apply(CoreKernels.COPY_INTO, into, there);
        }
    }

    /** Sends a tensor to every other device; the copies, in the order of the devices, null for the sender. */
    public List<Tensor> broadcast(int from, String path, Tensor t) {
        List<Tensor> copies = new ArrayList<>();
        for (int to = 0; to < names.size(); to++) {
            copies.add(to == from ? null : send(from, to, path, t));
        }
        return copies;
    }

    /**
     * The mean of a number of each device, known to all afterwards: one number goes out and one comes in at each link.
     *
     * @param weights of the devices, of any sum above 0
     */
    public double mean(double[] values, double[] weights) {
        double sum = 0;
        double all = 0;
        for (int i = 0; i < names.size(); i++) {
            sent[i] += SCALAR;
            received[i] += SCALAR;
            sum += weights[i] * values[i];
            all += weights[i];
        }
        return sum / all;
    }

    /**
     * The weighted mean of tensors that lie in host memory, in float32; owned by the caller, booked where the compute's owner says. One tensor of weight 1 comes back bit for bit.
     *
     * @param shares that add up to 1
     */
    public Tensor mean(List<Tensor> parts, double[] shares) {
        Tier before = compute.in(Tier.HOST);
        try {
            Tensor sum = compute.zeros(Category.WORKSPACE, compute.owner(), wide(parts.getFirst().dtype()), parts.getFirst().shape());
            for (int i = 0; i < parts.size(); i++) {
                try (Tensor part = compute.call(CoreKernels.CAST, parts.get(i), (long) sum.dtype().torchCode())) {
                    compute.apply(ElementwiseKernels.AXPY_INTO, sum, part, shares[i]);
                }
            }
            return sum;
        } finally {
            compute.in(before);
        }
    }

    static DType wide(DType t) {
        return t == DType.F64 ? DType.F64 : DType.F32;
    }

    /**
     * Each device has some rows of one tensor, and all have the whole afterwards: what a device receives are the rows of the others. On one machine the whole is one tensor.
     *
     * @param slices rows [n_k, …] of each device, in order
     * @param into [Σ n_k, …], in the tier of the slices
     */
    public void gather(List<Tensor> slices, Tensor into) {
        long at = 0;
        for (int k = 0; k < slices.size(); k++) {
            Tensor slice = slices.get(k);
            for (int other = 0; other < names.size(); other++) {
                count(k, other, slice.bytes());
            }
            Tier before = compute.in(into.account().tier());
            try (Tensor rows = into.rows(at, at + slice.dim(0))) {
                compute.apply(CoreKernels.COPY_INTO, rows, slice);
            } finally {
                compute.in(before);
            }
            at += slice.dim(0);
        }
    }

    @Override
    public void save(State.Writer w) {
        for (int i = 0; i < names.size(); i++) {
            w.number("workers." + names.get(i) + ".sent", sent[i]);
            w.number("workers." + names.get(i) + ".received", received[i]);
        }
    }

    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        for (int i = 0; i < names.size(); i++) {
            sent[i] = r.number("workers." + names.get(i) + ".sent");
            received[i] = r.number("workers." + names.get(i) + ".received");
        }
    }
}
