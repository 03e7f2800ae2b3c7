package headroom.engine.method;

import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.ActivationsChoice.TokenSubset;
import headroom.engine.tape.stack.TokenSubsetStack.Choosing;
import java.util.List;
import java.util.Locale;

/** Settings of layers that go on with some of the tokens. */
final class TokenSettings {
    private static final String KEPT = "tokens";
    private static final String BLOCK = "tokens-block";
    private static final String FROM = "tokens-from";
    private static final String BY = "tokens-by";
    private static final String OF = "tokens-of";
    private static final String ATTENTION = "attention";
    private static final String LAYER = "layer";

    private TokenSettings() {}

    static List<Setting> of(ActivationsChoice given) {
        TokenSubset t = given instanceof TokenSubset some ? some : new TokenSubset(1, TokenSubset.BLOCK, 0, false, Choosing.ATTENTION);
        return List.of(Setting.number(KEPT, t.kept(), 0.001, 1, "share of the tokens that later layers go on with in training; 1 for all"),
                Setting.integer(BLOCK, t.tokens(), 1, 1 << 16, "with tokens below 1: tokens that are kept or left out together; length must be a multiple"),
                Setting.integer(FROM, t.from(), 0, 1000, "with tokens below 1: layers at the beginning that take all tokens, 0 for half of them; the last layer always does"),
                Setting.choice(BY, t.choosing().name().toLowerCase(Locale.ROOT), List.of(ATTENTION, "drawn"), "with tokens below 1: keep the blocks with most attention, or draw them"),
                Setting.choice(OF, t.whole() ? LAYER : ATTENTION, List.of(ATTENTION, LAYER), "with tokens below 1: leave tokens out of attention alone, or of the whole layer"));
    }

    /** @throws IllegalArgumentException if checkpoints or streams are asked for as well */
    static ActivationsChoice apply(Settings s, ActivationsChoice given) {
        TokenSubset before = given instanceof TokenSubset t ? t : null;
        double kept = s.has(KEPT) ? s.number(KEPT) : before == null ? 1 : before.kept();
        if (kept == 1) {
            return before == null ? given : new ActivationsChoice.KeepNeeded(given.saves(), given.loss());
        }
        if (before == null && !(given instanceof ActivationsChoice.KeepNeeded)) {
            throw new IllegalArgumentException("tokens=" + kept + " and " + switch (given) {
                case ActivationsChoice.BlockCheckpoint _ -> "checkpoints";
                case ActivationsChoice.UntapedBlocks _ -> "blocks without a tape";
                default -> "streams that are computed back";
            } + " both say how the blocks are run; use tokens=1" + (given instanceof ActivationsChoice.UntapedBlocks ? "" : ", or checkpointing=none and reversible=none"));
        }
        TokenSubset t = before == null ? new TokenSubset(kept, TokenSubset.BLOCK, 0, false, Choosing.ATTENTION, given.saves(), given.loss()) : before;
        return new TokenSubset(kept, s.has(BLOCK) ? s.integer(BLOCK) : t.tokens(), s.has(FROM) ? s.integer(FROM) : t.from(), s.has(OF) ? s.text(OF).equals(LAYER) : t.whole(),
                s.has(BY) ? Choosing.valueOf(s.text(BY).toUpperCase(Locale.ROOT)) : t.choosing(), t.saves(), t.loss());
    }
}
