package headroom.engine.compute;

import headroom.engine.memory.Account;
import headroom.engine.memory.Arena;
import headroom.engine.memory.ArenaPlan;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A machine that runs kernels on tensors and books every byte. {@link TorchCompute} computes; {@link DryCompute} only books, in microseconds per call, for tensors of any
 * size. A program written against this class does the same bookings in the same order on both, so a plan cannot disagree with a run.
 *
 * <p>Belongs to one thread.
 */
public abstract class Compute implements AutoCloseable {
    private static final String ZEROS = "zeros";
    private static final String UPLOAD = "upload";
    private static final String COPY = "copy to ";
    private static final Set<String> BROUGHT = Set.of(ZEROS, UPLOAD, COPY + Tier.DEVICE.name().toLowerCase(Locale.ROOT));

    private final Ledger ledger;
    private String owner = "";
    private Category outputs = Category.WORKSPACE;
    private Tier tier = Tier.DEVICE;
    private long flops;
    private long calls;
    private Map<String, long[]> flopsByOwner;

    protected Compute(Ledger ledger) {
        this.ledger = ledger;
    }

    public final Ledger ledger() {
        return ledger;
    }

    /** Floating-point operations of all calls so far; a multiply-add counts as two. */
    public final long flops() {
        return flops;
    }

    /** Kernel calls so far. */
    public final long calls() {
        return calls;
    }

    /** Starts to count operations by owner, from zero; the map grows as kernels are called. Each value is an array of one number. */
    public final Map<String, long[]> meterOwners() {
        flopsByOwner = new HashMap<>();
        return flopsByOwner;
    }

    /** True on the machine that books without computing. Values read back from it are NaN or zero: no program may depend on them for its sizes. */
    public abstract boolean isDry();

    /** Path on whose behalf the next tensors are made. Returns the one before, to be put back. */
    public final String within(String owner) {
        String before = this.owner;
        this.owner = owner;
        return before;
    }

    public final String owner() {
        return owner;
    }

    /** Category that outputs are booked under from now on; workspace unless said otherwise. Returns the one before, to be put back. Scratch stays workspace. */
    public final Category making(Category category) {
        Category before = outputs;
        outputs = category;
        return before;
    }

    /**
     * Tier in which the next kernels work: their outputs and scratch, zeros and uploads are booked there. Returns the one before, to be put back. The tensors that are given to
     * a kernel must lie there too; {@link #copyTo} brings them.
     */
    public final Tier in(Tier tier) {
        Tier before = this.tier;
        this.tier = tier;
        return before;
    }

    /** The tier in which kernels work now. */
    public final Tier tier() {
        return tier;
    }

    /** A copy of a tensor in a tier, booked as the original is. Both exist until the caller closes one. */
    public final Tensor copyTo(Tier to, Tensor x) {
        return copyTo(to, x, false);
    }

    /**
     * The same, made on the transfer lane while this thread goes on: booked at once, waited for where it is first read. The original has to stay open and as it is until then.
     */
    public final Tensor prefetch(Tier to, Tensor x) {
        return copyTo(to, x, true);
    }

    private Tensor copyTo(Tier to, Tensor x, boolean later) {
        Account from = x.account();
        Account a = ledger.open(from.category(), to, from.owner(), COPY + to.name().toLowerCase(Locale.ROOT), x.bytes());
        try {
            return new Tensor(this, x.shape(), x.dtype(), a, null, later ? copying(x, to, a) : copied(x, to, a));
        } catch (RuntimeException e) {
            ledger.close(a);
            throw e;
        }
    }

    /** Calls a kernel that makes one tensor, booked to the current owner. */
    public final Tensor call(Kernel kernel, Object... args) {
        Tensor[] out = run(kernel, args);
        if (out.length != 1) {
            throw new IllegalArgumentException(kernel.name() + " makes " + out.length + " tensors, not one");
        }
        return out[0];
    }

    /** Calls a kernel that works in place. */
    public final void apply(Kernel kernel, Object... args) {
        run(kernel, args);
    }

    /**
     * Calls a kernel. Arguments are {@link Tensor}, {@code Tensor[]}, long, int, double or boolean.
     *
     * @return its outputs, booked to the current owner (as workspace, unless {@link #making} says otherwise), owned by the caller
     */
    public final Tensor[] run(Kernel kernel, Object... args) {
        Kernel.Outcome outcome;
        try {
            outcome = kernel.rule().of(new Kernel.Args(args));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(kernel.name() + " in " + owner + ": " + e.getMessage(), e);
        }
        List<Kernel.Spec> specs = outcome.outputs();
        int n = specs.size();
        Account[] accounts = new Account[n];
        Account scratch = null;
        boolean done = false;
        try {
            for (int i = 0; i < n; i++) {
                Kernel.Spec s = specs.get(i);
                accounts[i] = ledger.open(outputs, tier, owner, kernel.name(), s.shape().bytes(s.dtype()));
            }
            if (outcome.workspaceBytes() > 0) {
                scratch = ledger.open(Category.WORKSPACE, tier, owner, kernel.name() + Account.SCRATCH, outcome.workspaceBytes());
            }
            Object[] handles = launch(kernel, outcome, accounts, args);
            Tensor[] out = new Tensor[n];
            for (int i = 0; i < n; i++) {
                Kernel.Spec s = specs.get(i);
                out[i] = new Tensor(this, s.shape(), s.dtype(), accounts[i], null, handles == null ? null : handles[i]);
            }
            flops += outcome.flops();
            calls++;
            if (flopsByOwner != null) {
                flopsByOwner.computeIfAbsent(owner, o -> new long[1])[0] += outcome.flops();
            }
            done = true;
            return out;
        } finally {
            if (scratch != null) {
                ledger.close(scratch);
            }
            if (!done) {
                for (Account a : accounts) {
                    if (a != null) {
                        ledger.close(a);
                    }
                }
            }
        }
    }

    /**
     * Lays what passes in the steps to come into one storage, made now and kept until the machine is closed. Only a machine that computes does so; what is booked is the same.
     */
    public void reserve(ArenaPlan plan) {
        // nothing lies anywhere on a dry machine
    }

    /** How the steps so far used the storage; empty if none is reserved. */
    public Optional<Arena.Use> arenaUse() {
        return Optional.empty();
    }

    /** A step of a kind begins: until {@link #leave} its tensors get the places that were planned for the kind. */
    public void enter(Object kind) {
        // nothing lies anywhere on a dry machine
    }

    public void leave() {
        // nothing lies anywhere on a dry machine
    }

    /** True if the tensor of an account can be made where it is told to lie: brought in, or the output of a kernel that has a twin that writes into given memory. */
    public static boolean isPlaceable(Account a) {
        return BROUGHT.contains(a.what()) || KernelLibrary.twins().contains(a.what());
    }

    /** A tensor of zeros. */
    public final Tensor zeros(Category category, String owner, DType dtype, Shape shape) {
        Account a = ledger.open(category, tier, owner, ZEROS, shape.bytes(dtype));
        try {
            return new Tensor(this, shape, dtype, a, null, newZeros(dtype, shape, a));
        } catch (RuntimeException e) {
            ledger.close(a);
            throw e;
        }
    }

    /**
     * Brings host data in. The supplier is asked only on a machine that computes.
     *
     * @param data little-endian elements, row-major, exactly {@code shape.bytes(dtype)} of them
     */
    public final Tensor upload(Category category, String owner, DType dtype, Shape shape, Supplier<ByteBuffer> data) {
        Account a = ledger.open(category, tier, owner, UPLOAD, shape.bytes(dtype));
        try {
            return new Tensor(this, shape, dtype, a, null, newFrom(dtype, shape, data, a));
        } catch (RuntimeException e) {
            ledger.close(a);
            throw e;
        }
    }

    /** The value of a one-element tensor; NaN on a dry machine. */
    public abstract double item(Tensor scalar);

    /** The elements as little-endian bytes, row-major; on a dry machine zeros, and only up to a megabyte. */
    public abstract ByteBuffer download(Tensor tensor);

    /** The elements of a floating-point tensor as float32; on a dry machine zeros. */
    public abstract float[] floats(Tensor tensor);

    /** Overwrites the elements of a tensor with host data of the same size. */
    public abstract void overwrite(Tensor tensor, Supplier<ByteBuffer> data);

    final Tensor view(Tensor base, Shape shape) {
        return new Tensor(this, shape, base.dtype(), null, base.retainedBase(), viewOf(base, shape));
    }

    final Tensor rows(Tensor base, long from, long to) {
        long[] dims = base.shape().dims();
        dims[0] = to - from;
        return new Tensor(this, Shape.of(dims), base.dtype(), null, base.retainedBase(), rowsOf(base, from, to));
    }

    /**
     * Runs the kernel.
     *
     * @param outcome what its rule promised
     * @param accounts of the outputs, open
     * @return one handle per output, or null on a dry machine
     */
    protected abstract Object[] launch(Kernel kernel, Kernel.Outcome outcome, Account[] accounts, Object[] args);

    protected abstract Object newZeros(DType dtype, Shape shape, Account account);

    protected abstract Object newFrom(DType dtype, Shape shape, Supplier<ByteBuffer> data, Account account);

    protected abstract Object copied(Tensor x, Tier to, Account account);

    /** Starts a copy: its handle, or a {@link java.util.concurrent.Future} of it. */
    protected Object copying(Tensor x, Tier to, Account account) {
        return copied(x, to, account);
    }

    protected abstract Object viewOf(Tensor base, Shape shape);

    protected abstract Object rowsOf(Tensor base, long from, long to);

    protected abstract void free(Object handle);

    /** The handle of an open tensor, for the machine that made it. */
    protected static Object handleOf(Tensor tensor) {
        return tensor.handle();
    }

    @Override
    public abstract void close();
}
