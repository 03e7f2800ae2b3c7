package headroom.engine.compute;

import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * A tensor: a shape, an element type, an account in the ledger and, on a machine that really computes, a handle to its memory.
 *
 * <p>Tensors are counted references: {@link #retain()} adds an owner, {@link #close()} takes one away, and the last close frees the memory and books it out.
 * A view shares its base's memory, so it has no account of its own and keeps the base alive. Nothing waits for the garbage collector.
 */
public final class Tensor implements AutoCloseable {
    private final Compute compute;
    private final Shape shape;
    private final DType dtype;
    private final Account account;
    private final Tensor base;
    private Object handle;
    private int owners = 1;

    Tensor(Compute compute, Shape shape, DType dtype, Account account, Tensor base, Object handle) {
        this.compute = compute;
        this.shape = shape;
        this.dtype = dtype;
        this.account = account;
        this.base = base;
        this.handle = handle;
    }

    public Shape shape() {
        return shape;
    }

    public DType dtype() {
        return dtype;
    }

    public long dim(int axis) {
        return shape.dim(axis);
    }

    public long elements() {
        return shape.elements();
    }

    /** Bytes of its elements, whether or not it is a view. */
    public long bytes() {
        return shape.bytes(dtype);
    }

    /** The account its memory is booked under; a view answers its base's. */
    public Account account() {
        return base == null ? account : base.account();
    }

    public boolean isOpen() {
        return owners > 0;
    }

    /** True if closing it once would free it and nothing else reads its memory: then an operation may overwrite it. */
    public boolean isExclusive() {
        return owners == 1 && (base == null || base.isExclusive());
    }

    /** Adds an owner. */
    public Tensor retain() {
        requireOpen();
        owners++;
        return this;
    }

    /** Takes an owner away; the last one frees the memory and closes the account. */
    @Override
    public void close() {
        requireOpen();
        if (--owners == 0) {
            Object h = arrived();
            handle = null;
            compute.free(h);
            if (base == null) {
                compute.ledger().close(account);
            } else {
                base.close();
            }
        }
    }

    /** Books the memory under another category and owner; for a view, its base's memory. */
    public Tensor book(Category category, String owner) {
        requireOpen();
        compute.ledger().move(account(), category, owner);
        return this;
    }

    /** A view of the same elements in another shape. The view is owned by the caller and keeps this tensor's memory alive. */
    public Tensor view(long... dims) {
        Shape s = Shape.of(dims);
        if (s.elements() != elements()) {
            throw new IllegalArgumentException("a view of " + shape + " cannot have shape " + s);
        }
        return compute.view(this, s);
    }

    /** A view of rows {@code from} (inclusive) to {@code to} (exclusive) along the first axis. */
    public Tensor rows(long from, long to) {
        if (from < 0 || to > dim(0) || from > to) {
            throw new IllegalArgumentException("rows " + from + " to " + to + " of " + shape);
        }
        return compute.rows(this, from, to);
    }

    Object handle() {
        requireOpen();
        return arrived();
    }

    /** The handle, waited for if it is still on its way. */
    private Object arrived() {
        if (handle instanceof Future<?> coming) {
            try {
                handle = coming.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("the copy of " + this + " for " + account() + " failed: " + e.getCause().getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a copy of " + this, e);
            }
        }
        return handle;
    }

    Tensor retainedBase() {
        return retain();
    }

    private void requireOpen() {
        if (owners <= 0) {
            throw new IllegalStateException("tensor " + shape + " of " + account() + " is closed");
        }
    }

    @Override
    public String toString() {
        return dtype + " " + shape + (owners > 0 ? "" : " (closed)");
    }

    /** Opens the account that a new tensor needs. */
    static Account open(Ledger ledger, Category category, Tier tier, String owner, String what, Shape shape, DType dtype) {
        return ledger.open(category, tier, owner, what, shape.bytes(dtype));
    }
}
