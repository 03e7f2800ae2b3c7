package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.exchange.FormatException;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.TensorFile;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.ops.WeightSource;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads a published checkpoint: finds each tensor under its published name, holds its shape against the model's, converts it to the compute dtype and hands matrices to
 * the storage, one at a time. The file is read only while the model is being built, and not at all on a dry machine.
 */
public final class FileWeights implements WeightsFactory {
    /** Tensors beyond this many bytes are brought in row by row, because one host buffer cannot hold them. */
    private static final long LARGEST_PIECE = 1L << 30;
    private static final String ADVICE = "Check that the file belongs to the model its configuration describes.";

    private final Compute compute;
    private final DType dtype;
    private final Storage storage;
    private final TensorFile file;
    private final CheckpointNames names;

    /** @param dtype compute dtype; the file may hold another floating type */
    public FileWeights(Compute compute, DType dtype, Storage storage, ModelConfig config, TensorFile file) {
        this.compute = compute;
        this.dtype = dtype;
        this.storage = storage;
        this.file = file;
        this.names = CheckpointNames.in(config.family(), file);
        storage.begin(config);
    }

    @Override
    public Compute compute() {
        return compute;
    }

    /** @throws FormatException if the file has no such tensor, or one of another shape or kind */
    @Override
    public Parameter parameter(String path, Parameter.Role role, Shape shape, Start start) {
        Tensor whole = read(path, Paths.site(path), shape);
        return new Parameter(path, role, role == Parameter.Role.BIAS ? storage.bias(compute, Paths.site(path), whole) : whole);
    }

    /** @throws FormatException if the file has no such tensor, or one of another shape or kind */
    @Override
    public WeightSource matrix(String path, long out, long in) {
        return storage.store(compute, path, out, in, () -> read(path + Paths.WEIGHT, path, Shape.of(out, in)));
    }

    private Tensor read(String path, String owner, Shape shape) {
        if (shape.bytes(dtype) <= LARGEST_PIECE) {
            return compute.upload(Category.WEIGHTS, owner, dtype, shape, () -> rows(path, shape, 0, shape.dim(0)));
        }
        Tensor whole = compute.zeros(Category.WEIGHTS, owner, dtype, shape);
        try {
            long step = Math.max(1, LARGEST_PIECE / (shape.bytes(dtype) / shape.dim(0)));
            for (long from = 0; from < shape.dim(0); from += step) {
                long first = from;
                long next = Math.min(shape.dim(0), from + step);
                try (Tensor piece = whole.rows(first, next)) {
                    compute.overwrite(piece, () -> rows(path, shape, first, next));
                }
            }
            return whole;
        } catch (RuntimeException e) {
            whole.close();
            throw e;
        }
    }

    private ByteBuffer rows(String path, Shape shape, long from, long to) {
        CheckpointNames.Place place = names.place(path);
        RawTensor found = find(place.name());
        check(found, place, shape);
        RawTensor raw = place.transposed() ? found.transposed() : found;
        long rowBytes = shape.bytes(raw.dtype()) / shape.dim(0);
        MemorySegment piece = raw.bytes().asSlice((place.part() * shape.dim(0) + from) * rowBytes, (to - from) * rowBytes);
        return Conversion.convert(piece, raw.dtype(), dtype);
    }

    /** The tensor, also under the names that the oldest checkpoints have for norms. */
    private RawTensor find(String name) {
        if (!file.names().contains(name)) {
            String old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
            if (file.names().contains(old)) {
                return file.get(old);
            }
        }
        return file.get(name);
    }

    private void check(RawTensor found, CheckpointNames.Place place, Shape shape) {
        long[] dims = shape.dims();
        dims[0] *= place.parts();
        Shape expected = place.transposed() ? Shape.of(dims[1], dims[0]) : Shape.of(dims);
        if (!found.shape().equals(expected)) {
            throw new FormatException(file.path(), "tensor '" + found.name() + "'", "shape " + found.shape(), "shape " + expected, ADVICE);
        }
        if (!Conversion.knows(found.dtype())) {
            throw new FormatException(file.path(), "tensor '" + found.name() + "'", "elements of type " + found.dtype(), "F64, F32, F16 or BF16",
                    "Use a checkpoint that was not quantised.");
        }
    }
}
