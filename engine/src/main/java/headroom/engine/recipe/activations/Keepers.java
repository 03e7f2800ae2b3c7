package headroom.engine.recipe.activations;

import headroom.engine.compute.Compute;
import headroom.engine.recipe.SavesChoice;
import headroom.engine.tape.Keeper;

/** The form and the place of what is kept, at work. */
public final class Keepers {
    private Keepers() {}

    public static Keeper of(Compute compute, SavesChoice choice) {
        return switch (choice) {
            case SavesChoice.WholeSaves w -> Keeper.WHOLE;
            case SavesChoice.CodedSaves c -> new CodedKeeper(compute, c.codes());
            case SavesChoice.HostSaves h -> new HostKeeper(compute, h.from());
        };
    }
}
