package headroom.engine.recipe.activations;

import headroom.engine.compute.Compute;
import headroom.engine.compute.Tensor;
import headroom.engine.recipe.SavesChoice;
import headroom.engine.tape.Keeper;
import headroom.engine.tape.Saved;

/** The form and the place of what is kept, at work. */
public final class Keepers {
    private static final Keeper EVERY = new Keeper() {
        @Override
        public Saved keep(Context context, Tensor tensor) {
            return WHOLE.keep(context, tensor);
        }

        @Override
        public boolean rebuilds(Role source, Role asked) {
            return false;
        }
    };

    private Keepers() {}

    public static Keeper of(Compute compute, SavesChoice choice) {
        return switch (choice) {
            case SavesChoice.WholeSaves w -> Keeper.WHOLE;
            case SavesChoice.EverySave e -> EVERY;
            case SavesChoice.CodedSaves c -> new CodedKeeper(compute, c.codes());
            case SavesChoice.HostSaves h -> new HostKeeper(compute, h.from());
        };
    }
}
