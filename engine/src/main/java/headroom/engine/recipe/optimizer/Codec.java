package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CodedOptimizerKernels;
import headroom.engine.compute.kernel.DynamicTables;
import headroom.engine.compute.kernel.QuantisationKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.tape.Parameter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The state codec at work: makes moments in the form that was chosen, and calls updates on them in the form that reads it. */
final class Codec implements AutoCloseable {
    private final Compute compute;
    private final OptimizerChoice.StateCodec choice;
    private final Map<Tier, Tensor[]> tables = new EnumMap<>(Tier.class);

    Codec(Compute compute, OptimizerChoice.StateCodec choice) {
        this.compute = compute;
        this.choice = choice;
    }

    /** Type of what is kept as it is: bf16 if that was chosen, else float32 (float64 for float64). */
    DType plainType(Parameter p) {
        return choice instanceof OptimizerChoice.Bf16State ? DType.BF16 : wideType(p);
    }

    static DType wideType(Parameter p) {
        return p.dtype() == DType.F64 ? DType.F64 : DType.F32;
    }

    /** A moment of zeros. */
    Slot zeros(Parameter p, String owner, Shape shape) {
        if (choice instanceof OptimizerChoice.Dynamic8State d && shape.elements() >= d.from() && p.role() != Parameter.Role.EMBEDDING) {
            return new Slot.Coded(compute.zeros(Category.OPTIMIZER, owner, DType.U8, Shape.of(shape.elements())),
                    compute.zeros(Category.OPTIMIZER, owner + ".scales", DType.F32, Shape.of(QuantisationKernels.blocks(shape.elements(), d.block()))));
        }
        return new Slot.Dense(compute.zeros(Category.OPTIMIZER, owner, plainType(p), shape));
    }

    /** Calls an update (w, g, moments…, numbers…), or its form for coded moments. */
    void apply(Kernel update, Tensor w, Tensor g, List<Slot> moments, Object... numbers) {
        List<Object> args = new ArrayList<>(List.of(w, g));
        boolean coded = false;
        for (Slot s : moments) {
            switch (s) {
                case Slot.Dense d -> args.add(d.tensor());
                case Slot.Coded c -> {
                    coded = true;
                    args.add(c.codes());
                    args.add(c.scales());
                }
            }
        }
        if (coded) {
            args.add(tables());
            args.add((long) ((OptimizerChoice.Dynamic8State) choice).block());
        }
        args.addAll(List.of(numbers));
        compute.apply(coded ? CodedOptimizerKernels.of(update) : update, args.toArray());
    }

    /** True if no moment is coded. */
    boolean isPlain() {
        return !(choice instanceof OptimizerChoice.Dynamic8State);
    }

    /** Calls an update (rounded, w, g, moments…, numbers…) on moments that are not coded. */
    void applyRounded(Kernel update, Tensor rounded, Tensor w, Tensor g, List<Slot> moments, Object... numbers) {
        List<Object> args = new ArrayList<>(List.of(rounded, w, g));
        moments.forEach(m -> args.add(((Slot.Dense) m).tensor()));
        args.addAll(List.of(numbers));
        compute.apply(update, args.toArray());
    }

    /** Levels, middles and first codes of both books, in the tier where the update works. */
    private Tensor[] tables() {
        return tables.computeIfAbsent(compute.tier(), tier -> {
            List<Tensor> made = new ArrayList<>();
            for (DynamicTables t : DynamicTables.both()) {
                made.add(table(DType.F32, t.levels().length, () -> floats(t.levels())));
                made.add(table(DType.F32, t.middles().length, () -> floats(t.middles())));
                made.add(table(DType.U8, t.first().length, () -> ByteBuffer.wrap(t.first())));
            }
            return made.toArray(Tensor[]::new);
        });
    }

    private Tensor table(DType type, long n, Supplier<ByteBuffer> data) {
        return compute.upload(Category.OPTIMIZER, "optimizer.codes", type, Shape.of(n), data);
    }

    private static ByteBuffer floats(float[] values) {
        ByteBuffer b = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            b.putFloat(v);
        }
        return b.flip();
    }

    @Override
    public void close() {
        for (Tensor[] set : tables.values()) {
            for (Tensor t : set) {
                t.close();
            }
        }
        tables.clear();
    }
}
