package headroom.engine.compute;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import headroom.engine.memory.Account;
import headroom.engine.memory.Arena;
import headroom.engine.memory.ArenaPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One storage of bytes on a device, and the tensors that lie in it. A tensor there is a view of the storage: made once for each place, shape and type, and kept, since steps
 * repeat.
 */
final class TorchArena implements AutoCloseable {
    /** Views kept at most; beyond, those of no live tensor are forgotten. */
    private static final int MOST_VIEWS = 50_000;

    private record Form(long offset, Shape shape, DType dtype) {}

    /** A tensor in the storage. */
    record Placed(PtNDArray array, long offset) {}

    private final TorchKernels kernels;
    private final Arena arena;
    private final PtNDArray storage;
    private final Map<Form, Placed> views = new HashMap<>();

    TorchArena(PtNDManager manager, TorchKernels kernels, ArenaPlan plan) {
        this.kernels = kernels;
        this.arena = new Arena(plan);
        this.storage = (PtNDArray) manager.create(new ai.djl.ndarray.types.Shape(plan.bytes()), DataType.UINT8);
    }

    Arena arena() {
        return arena;
    }

    /** Lets a kernel write its outputs where they lie; null if it cannot or if one of them has no place: then libtorch makes them. */
    Placed[] launch(Kernel kernel, Kernel.Outcome outcome, Account[] accounts, Object[] args) {
        List<Kernel.Spec> specs = outcome.outputs();
        arena.scratch(outcome.workspaceBytes());
        long[] offsets = !specs.isEmpty() && kernel.hasTwin() ? arena.place(accounts) : null;
        if (offsets == null) {
            adopt(accounts);
            return null;
        }
        try {
            Placed[] placed = new Placed[offsets.length];
            PtNDArray[] into = new PtNDArray[offsets.length];
            for (int i = 0; i < offsets.length; i++) {
                placed[i] = view(new Form(offsets[i], specs.get(i).shape(), specs.get(i).dtype()));
                into[i] = placed[i].array;
            }
            kernels.call(kernel.name() + KernelLibrary.TWIN, into, args).close();
            return placed;
        } catch (RuntimeException e) {
            for (long offset : offsets) {
                arena.release(offset);
            }
            throw e;
        }
    }

    /** A place for a tensor that is brought in; null if there is none: then libtorch makes it. */
    Placed place(Account account, Shape shape, DType dtype) {
        long[] offsets = arena.place(account);
        if (offsets == null) {
            adopt(account);
            return null;
        }
        return view(new Form(offsets[0], shape, dtype));
    }

    private void adopt(Account... accounts) {
        for (Account a : accounts) {
            arena.adopt(a);
        }
    }

    /** The bytes of a place. */
    PtNDArray bytes(Placed p, long bytes) {
        return view(new Form(p.offset, Shape.of(bytes), DType.U8)).array;
    }

    private Placed view(Form f) {
        Placed known = views.get(f);
        if (known == null) {
            if (views.size() >= MOST_VIEWS) {
                forget();
            }
            known = new Placed(kernels.make("place", storage, f.offset / f.dtype.bytes(), f.shape.dims(), (long) f.dtype.torchCode()), f.offset);
            views.put(f, known);
        }
        return known;
    }

    /** Closes all views but those where a tensor lies: they are made again when a step asks. */
    private void forget() {
        views.values().removeIf(p -> {
            if (arena.isTaken(p.offset)) {
                return false;
            }
            p.array.close();
            return true;
        });
    }

    @Override
    public void close() {
        views.values().forEach(p -> p.array.close());
        views.clear();
        storage.close();
    }
}
