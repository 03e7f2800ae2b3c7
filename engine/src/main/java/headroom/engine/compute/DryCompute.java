package headroom.engine.compute;

import headroom.engine.memory.Account;
import headroom.engine.memory.Ledger;
import headroom.engine.memory.Tier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;

/** Books without computing: the planner's machine. A tensor of any size costs one booking. */
public final class DryCompute extends Compute {
    private static final int LARGEST_DOWNLOAD = 1 << 20;

    public DryCompute(Ledger ledger) {
        super(ledger);
    }

    @Override
    public boolean isDry() {
        return true;
    }

    @Override
    public double item(Tensor scalar) {
        return Double.NaN;
    }

    @Override
    public ByteBuffer download(Tensor tensor) {
        return ByteBuffer.allocate((int) Math.min(LARGEST_DOWNLOAD, tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public float[] floats(Tensor tensor) {
        return new float[(int) Math.min(LARGEST_DOWNLOAD / Float.BYTES, tensor.elements())];
    }

    @Override
    public void overwrite(Tensor tensor, Supplier<ByteBuffer> data) {
        tensor.handle();
    }

    @Override
    protected Object[] launch(Kernel kernel, Kernel.Outcome outcome, Account[] accounts, Object[] args) {
        return null;
    }

    @Override
    protected Object newZeros(DType dtype, Shape shape, Account account) {
        return null;
    }

    @Override
    protected Object newFrom(DType dtype, Shape shape, Supplier<ByteBuffer> data, Account account) {
        return null;
    }

    @Override
    protected Object copied(Tensor x, Tier to, Account account) {
        return null;
    }

    @Override
    protected Object viewOf(Tensor base, Shape shape) {
        return null;
    }

    @Override
    protected Object rowsOf(Tensor base, long from, long to) {
        return null;
    }

    @Override
    protected void free(Object handle) {
        // nothing was allocated
    }

    @Override
    public void close() {
        // nothing is held
    }
}
