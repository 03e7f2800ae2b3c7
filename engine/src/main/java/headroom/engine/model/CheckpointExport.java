package headroom.engine.model;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.exchange.RawTensor;
import headroom.engine.exchange.SafeTensorsWriter;
import headroom.engine.memory.Category;
import headroom.engine.tape.Parameter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A model's tensors under their published names, for a safetensors file that other programs load: names, orientation and fusion as the family's checkpoints have them.
 * Each tensor is fetched when the writer comes to it.
 */
public final class CheckpointExport {
    /** One of our tensors: how to get it, owned by whoever asks. */
    private record Piece(CheckpointNames.Place place, Shape shape, Supplier<Tensor> tensor) {}

    private final Compute compute;
    private final DType as;

    private CheckpointExport(Compute compute, DType as) {
        this.compute = compute;
        this.as = as;
    }

    /** The base model as stored. */
    public static List<SafeTensorsWriter.Entry> entries(Compute c, Model model, DType as) {
        return entries(c, model, as, site -> site.weight().rows(c, 0, site.out()), site -> site.bias().data().retain());
    }

    /**
     * @param as element type in the file: F64, F32, F16 or BF16
     * @param effective matrix [out, in] of a site to be written, e.g. with its adapter merged; owned by the export
     * @param biases bias [out] of a site that has one, likewise
     */
    public static List<SafeTensorsWriter.Entry> entries(Compute c, Model model, DType as, Function<LinearSite, Tensor> effective, Function<LinearSite, Tensor> biases) {
        CheckpointNames names = CheckpointNames.of(model.config().family());
        Map<String, List<Piece>> tensors = new LinkedHashMap<>();
        Map<String, LinearSite> sites = new LinkedHashMap<>();
        // a stored weight may be made of parameters, as factors are: they are written as the matrix that they make
        Set<Parameter> parts = Collections.newSetFromMap(new IdentityHashMap<>());
        model.sites().forEach(s -> {
            sites.put(s.path() + Paths.WEIGHT, s);
            parts.addAll(s.weight().parameters());
            if (s.bias() != null) {
                parts.add(s.bias());
                add(tensors, new Piece(names.place(s.bias().path()), s.bias().shape(), () -> biases.apply(s)));
            }
        });
        for (Parameter p : model.parameters()) {
            // adapters and task heads go into files of their own
            if (p.data().account().category() == Category.WEIGHTS && !parts.contains(p)) {
                add(tensors, new Piece(names.place(p.path()), p.shape(), () -> p.data().retain()));
            }
        }
        sites.forEach((path, s) -> add(tensors, new Piece(names.place(path), Shape.of(s.out(), s.in()), () -> effective.apply(s))));
        CheckpointExport export = new CheckpointExport(c, as);
        return tensors.entrySet().stream().map(e -> export.entry(e.getKey(), e.getValue())).toList();
    }

    private static void add(Map<String, List<Piece>> tensors, Piece piece) {
        tensors.computeIfAbsent(piece.place().name(), k -> new ArrayList<>()).add(piece);
    }

    private SafeTensorsWriter.Entry entry(String name, List<Piece> pieces) {
        CheckpointNames.Place place = pieces.getFirst().place();
        long[] dims = pieces.getFirst().shape().dims();
        dims[0] *= place.parts();
        Shape ours = Shape.of(dims);
        Shape theirs = place.transposed() ? Shape.of(dims[1], dims[0]) : ours;
        return new SafeTensorsWriter.Entry(name, as, theirs, () -> {
            RawTensor raw = joined(name, ours, pieces);
            return place.transposed() ? raw.transposed() : raw;
        });
    }

    private RawTensor joined(String name, Shape shape, List<Piece> pieces) {
        MemorySegment all = Arena.ofAuto().allocate(shape.bytes(as), Long.BYTES);
        long size = shape.bytes(as) / pieces.size();
        for (Piece p : pieces) {
            try (Tensor t = p.tensor().get()) {
                copy(t, all.asSlice(p.place().part() * size, size));
            }
        }
        return new RawTensor(name, as, shape, all);
    }

    /** Brings a tensor to the host in portions that a buffer can hold. */
    private void copy(Tensor t, MemorySegment to) {
        long rows = t.dim(0);
        long step = Math.max(1, (1L << 28) / Math.max(1, t.bytes() / rows));
        long done = 0;
        for (long from = 0; from < rows; from += step) {
            try (Tensor piece = t.rows(from, Math.min(rows, from + step))) {
                ByteBuffer host = compute.download(piece);
                MemorySegment converted = MemorySegment.ofBuffer(Conversion.convert(MemorySegment.ofBuffer(host), t.dtype(), as));
                MemorySegment.copy(converted, 0, to, done, converted.byteSize());
                done += converted.byteSize();
            }
        }
    }
}
