package headroom.engine.plan;

import headroom.engine.data.Batch;
import headroom.engine.data.BatchSource;
import headroom.engine.data.Cursor;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.run.Course;
import java.util.ArrayList;
import java.util.List;

/** What will happen in a run whose batches are known: their order follows from the seed. */
public final class Occasions {
    private Occasions() {}

    /**
     * Batches before the first step, all steps in order, all evaluation batches.
     *
     * @param source at any place; it is put to its beginning
     */
    public static List<Rehearsal.Occasion> of(BatchSource source, Recipe recipe, long steps) {
        Course course = new Course(recipe, steps);
        List<Rehearsal.Occasion> all = new ArrayList<>();
        source.seek(Cursor.START);
        for (int i = 0; i < course.preparing(); i++) {
            all.add(new Rehearsal.Occasion(-1 - i, true, source.next().shape()));
        }
        source.seek(Cursor.START);
        for (long step = 0; step < steps; step++) {
            if (course.restartsDataAt(step)) {
                source.seek(Cursor.START);
            }
            all.add(new Rehearsal.Occasion(step, true, source.next().shape()));
        }
        source.seek(Cursor.START);
        for (Batch b : source.heldOut()) {
            all.add(new Rehearsal.Occasion(steps, false, b.shape()));
        }
        return all;
    }
}
