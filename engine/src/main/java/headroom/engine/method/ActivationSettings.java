package headroom.engine.method;

import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.SavesChoice;
import java.util.ArrayList;
import java.util.List;

/** The common settings of the activations slot: checkpoints, reversible streams, some of the tokens, and the form of the loss. Their standards come from the method's recipe. */
final class ActivationSettings {
    private static final String NONE = "none";
    private static final String SQUARE_ROOT = "sqrt";
    private static final String BUDGET = "budget";
    private static final String WHOLE = "whole";
    private static final String SEGMENTS = "segments";
    private static final double MEBI = 1 << 20;

    private ActivationSettings() {}

    static List<Setting> of(Recipe r) {
        ActivationsChoice given = r.activations();
        List<Setting> all = new ArrayList<>();
        if (r.gradient() instanceof GradientChoice.Backprop) {
            ActivationsChoice.BlockCheckpoint b = given instanceof ActivationsChoice.BlockCheckpoint c ? c : null;
            all.add(Setting.choice("checkpointing", b == null ? NONE : checkpointing(b), List.of(NONE, "1", "2", "3", "4", "6", "8", SQUARE_ROOT, BUDGET),
                    "activation checkpointing: keep the input of every so many blocks and compute the rest again; sqrt makes about √L segments, budget as few blocks as fit"));
            all.add(Setting.number("checkpoint-budget", b == null ? 0 : b.budget() / MEBI, 0, 1e9, "with checkpointing=budget: MiB that the largest step may take"));
            all.addAll(StreamSettings.of(given));
            all.addAll(TokenSettings.of(given));
            all.add(Setting.choice("saves", SaveWords.form(given.saves()), SaveWords.FORMS,
                    "form of what is kept for the backward pass: whole, every tensor even if it can be made again, in host memory, coded with so many bits or as 8-bit floats with a scale per tensor or per 16, or some rows"));
            all.add(Setting.number("saves-kept", SaveWords.kept(given.saves()), 0.001, 0.999, "with saves=rows: share of the rows of a linear layer's input that its weight gradient is estimated from"));
            all.add(Setting.choice("saves-of", SaveWords.roles(given.saves()), SaveWords.ROLES, "what is coded: all that may be, or inputs of linears, of nonlinearities, attention, of checkpointed blocks"));
        }
        all.add(Setting.choice("loss", given.loss() instanceof ActivationsChoice.SegmentedLoss ? SEGMENTS : WHOLE, List.of(WHOLE, SEGMENTS),
                "logits of all positions at once, or of some rows at a time, made again in the backward pass where the head trains"));
        all.add(Setting.integer("loss-rows", given.loss() instanceof ActivationsChoice.SegmentedLoss l ? l.rows() : 0, 0, 1 << 24,
                "with loss=segments: rows whose logits exist at a time, 0 for as many as take the room of the hidden states, or 16 Mi logits"));
        return all;
    }

    static Recipe apply(Settings s, Recipe recipe) {
        ActivationsChoice a = TokenSettings.apply(s, StreamSettings.apply(s, checkpointing(s, recipe.activations())));
        if (s.has("saves") || s.has("saves-of") || s.has("saves-kept")) {
            a = withSaves(a, SaveWords.choice(s.has("saves") ? s.text("saves") : SaveWords.form(a.saves()), s.has("saves-of") ? s.text("saves-of") : SaveWords.roles(a.saves()),
                    s.has("saves-kept") ? s.number("saves-kept") : SaveWords.kept(a.saves())));
        }
        if (s.has("loss") || s.has("loss-rows")) {
            a = a.with(loss(s, a.loss()));
        }
        return recipe.with(a);
    }

    private static ActivationsChoice withSaves(ActivationsChoice a, SavesChoice saves) {
        return switch (a) {
            case ActivationsChoice.KeepNeeded k -> new ActivationsChoice.KeepNeeded(saves, k.loss());
            case ActivationsChoice.BlockCheckpoint b -> new ActivationsChoice.BlockCheckpoint(b.every(), b.budget(), saves, b.loss());
            case ActivationsChoice.ReversibleStreams r -> new ActivationsChoice.ReversibleStreams(r.wiring(), r.lambda(), r.beta(), r.every(), saves, r.loss());
            case ActivationsChoice.TokenSubset t -> new ActivationsChoice.TokenSubset(t.kept(), t.tokens(), t.from(), t.whole(), t.choosing(), saves, t.loss());
            case ActivationsChoice.UntapedBlocks u -> new ActivationsChoice.UntapedBlocks(saves, u.loss());
            case ActivationsChoice.ForwardOnly f -> f;
        };
    }

    private static String checkpointing(ActivationsChoice.BlockCheckpoint b) {
        return b.budget() > 0 ? BUDGET : b.every() == 0 ? SQUARE_ROOT : Integer.toString(b.every());
    }

    private static ActivationsChoice checkpointing(Settings s, ActivationsChoice given) {
        if (!s.has("checkpointing") && !s.has("checkpoint-budget")) {
            return given;
        }
        double budget = s.has("checkpoint-budget") ? s.number("checkpoint-budget") : 0;
        String how = s.has("checkpointing") ? s.text("checkpointing") : budget > 0 ? BUDGET : given instanceof ActivationsChoice.BlockCheckpoint b ? checkpointing(b) : NONE;
        if (how.equals(BUDGET) != budget > 0) {
            throw new IllegalArgumentException("checkpointing=" + how + " and checkpoint-budget=" + budget + "; a budget in MiB belongs to checkpointing=budget, and it to a budget");
        }
        return switch (how) {
            case NONE -> given instanceof ActivationsChoice.BlockCheckpoint ? new ActivationsChoice.KeepNeeded(given.saves(), given.loss()) : given;
            case BUDGET -> new ActivationsChoice.BlockCheckpoint(1, (long) (budget * MEBI), given.saves(), given.loss());
            case SQUARE_ROOT -> new ActivationsChoice.BlockCheckpoint(0, 0, given.saves(), given.loss());
            default -> new ActivationsChoice.BlockCheckpoint(Integer.parseInt(how), 0, given.saves(), given.loss());
        };
    }

    /** A number of rows alone asks for segments too. */
    private static ActivationsChoice.Loss loss(Settings s, ActivationsChoice.Loss given) {
        if (s.has("loss") && s.text("loss").equals(WHOLE)) {
            return new ActivationsChoice.WholeLoss();
        }
        return new ActivationsChoice.SegmentedLoss(s.has("loss-rows") ? s.integer("loss-rows") : given instanceof ActivationsChoice.SegmentedLoss l ? l.rows() : 0);
    }
}
