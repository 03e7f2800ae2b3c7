package headroom.engine.recipe.optimizer;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Perturbation;
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

    /** w += c·z, in place. */
    public void addTo(Compute compute, Parameter p, double c) {
        compute.apply(RandomKernels.ADD_NORMAL_INTO, p.data(), key(p), 0L, c);
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
                compute.apply(RandomKernels.ADD_NORMAL_INTO, moved, key(p), 0L, c);
                return moved;
            }

            @Override
            public boolean moves(Parameter p) {
                return trainables.trains(p);
            }

            @Override
            public void addToRows(Compute compute, Parameter p, Tensor ids, Tensor rows) {
                compute.apply(RandomKernels.ADD_NORMAL_ROWS_INTO, rows, ids, key(p), c);
            }
        };
    }
}
