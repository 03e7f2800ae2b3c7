package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.OptimizerKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.compute.kernel.SupportKernels;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Perturbation;
import headroom.engine.tape.Support;
import headroom.engine.tape.Trainables;

/**
 * A random direction over everything that trains, that is nowhere stored: element i of a parameter is a normal number made from the run's seed, the step, the
 * parameter's path and i.
 */
public record Direction(long seed, long step, int index) {
    /** Key of one parameter's part. */
    public long key(Parameter p) {
        return Keys.key(seed, "direction " + index, p.path(), step);
    }

    /** w += c·z on the elements that train, in place. */
    public void addTo(Compute compute, Parameter p, Support support, double c) {
        add(compute, p, support, p.data(), c);
    }

    /** w ← max(keep·w + c·z, floor) on the elements that train, in place; no floor if it is null. */
    void addTo(Compute compute, Parameter p, Support support, double keep, double c, Double floor) {
        try (Tensor values = support.read(compute, p.data())) {
            if (keep != 1) {
                compute.apply(ElementwiseKernels.SCALE_INTO, values, keep);
            }
            compute.apply(RandomKernels.ADD_NORMAL_INTO, values, key(p), 0L, c);
            if (floor != null) {
                compute.apply(OptimizerKernels.FLOOR_INTO, values, floor);
            }
            if (!support.isView()) {
                support.write(compute, p.data(), values);
            }
        }
    }

    /** z has a coordinate for each element of the support; a predicate has those of the whole, and is judged by what stands in {@code w} before. */
    private void add(Compute compute, Parameter p, Support support, Tensor w, double c) {
        switch (support) {
            case Support.All _ -> compute.apply(RandomKernels.ADD_NORMAL_INTO, w, key(p), 0L, c);
            case Support.Below b -> compute.apply(SupportKernels.ADD_NORMAL_BELOW_INTO, w, key(p), 0L, c, b.theta());
            default -> {
                try (Tensor values = support.read(compute, w)) {
                    compute.apply(RandomKernels.ADD_NORMAL_INTO, values, key(p), 0L, c);
                    if (!support.isView()) {
                        support.write(compute, w, values);
                    }
                }
            }
        }
    }

    /** Parameters seen at w + c·z; the weights stay as they are. */
    public Perturbation seen(Trainables trainables, double c) {
        return new Perturbation() {
            @Override
            public Tensor of(Compute compute, Parameter p) {
                if (!trainables.trains(p)) {
                    return p.data().retain();
                }
                Tensor moved = compute.call(CoreKernels.COPY, p.data());
                add(compute, p, trainables.supportOf(p), moved, c);
                return moved;
            }

            @Override
            public boolean moves(Parameter p) {
                return trainables.trains(p);
            }

            @Override
            public void addToRows(Compute compute, Parameter p, Tensor ids, Tensor rows) {
                switch (trainables.supportOf(p)) {
                    case Support.All _ -> compute.apply(RandomKernels.ADD_NORMAL_ROWS_INTO, rows, ids, key(p), c);
                    case Support.Below b -> {
                        try (Tensor before = compute.call(CoreKernels.COPY, rows)) {
                            compute.apply(RandomKernels.ADD_NORMAL_ROWS_INTO, rows, ids, key(p), c);
                            compute.apply(SupportKernels.RESTORE_ABOVE_INTO, rows, before, b.theta());
                        }
                    }
                    default -> throw new IllegalStateException("a list of elements of the table " + p.path() + " cannot be perturbed where rows of it are read; train all of it, or none");
                }
            }
        };
    }
}
