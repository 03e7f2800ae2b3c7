package headroom.engine.recipe.adapter;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Kernel;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.FactorKernels;
import headroom.engine.recipe.gradient.Penalty;
import headroom.engine.tape.GradientSink;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Trainables;
import headroom.engine.tape.ops.Gradients;
import java.util.List;

/**
 * AdaLoRA's regulariser: γ times the mean over all A [r, in] of ‖A·Aᵀ − I‖_F and over all B [out, r] of ‖Bᵀ·B − I‖_F, taken together. Orthogonal directions can be judged one by
 * one.
 *
 * @param factor γ
 */
record OrthogonalFactors(List<TripletAdapter.Part> parts, double factor) implements Penalty {
    @Override
    public void give(Compute c, Trainables trainables, GradientSink sink) {
        for (TripletAdapter.Part p : parts) {
            give(c, trainables, sink, p.a(), FactorKernels.ORTHOGONAL_ROWS_DX);
            give(c, trainables, sink, p.b(), FactorKernels.ORTHOGONAL_COLUMNS_DX);
        }
    }

    private void give(Compute c, Trainables trainables, GradientSink sink, Parameter p, Kernel slope) {
        if (trainables.trains(p)) {
            String before = c.within(p.path());
            c.ledger().during("penalty", p.path());
            try (Tensor g = c.call(slope, p.data(), share())) {
                sink.accept(p, new Gradients.Given(p, g));
            }
            c.within(before);
        }
    }

    private double share() {
        return factor / (2.0 * parts.size());
    }

    @Override
    public double value(Compute c) {
        double sum = 0;
        for (TripletAdapter.Part p : parts) {
            try (Tensor a = c.call(FactorKernels.ORTHOGONAL_ROWS, p.a().data()); Tensor b = c.call(FactorKernels.ORTHOGONAL_COLUMNS, p.b().data())) {
                sum += c.item(a) + c.item(b);
            }
        }
        return share() * sum;
    }
}
