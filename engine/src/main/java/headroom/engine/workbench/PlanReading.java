package headroom.engine.workbench;

import headroom.engine.memory.Account;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.memory.Timeline;
import headroom.engine.plan.Layers;
import headroom.engine.plan.MemoryPlan.Layer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of the lower floors as the facade shows them. */
final class PlanReading {
    private static final int LARGEST = 10;

    private PlanReading() {}

    static List<MemoryInstant> timeline(List<Timeline.Instant> instants) {
        final PhaseReader reader = new PhaseReader();
        final List<MemoryInstant> timeline = new ArrayList<>(instants.size());
        for (final Timeline.Instant at : instants) {
            timeline.add(new MemoryInstant(timeline.size(), 0, 0, reader.phase(at.op(), at.owner()), at.op(), at.owner(), bytes(at.byCategory()), at.hostBytes()));
        }
        return timeline;
    }

    static LayerRow layer(Layer layer) {
        return new LayerRow(layer.path(), layer.of(Category.WEIGHTS), layer.of(Category.ADAPTER), layer.trainedBytes(), layer.of(Category.GRADIENTS),
                layer.of(Category.OPTIMIZER), layer.of(Category.ACTIVATIONS), layer.flops());
    }

    /** Tables and batches hold workspace and data only; they are no layers. */
    static boolean holds(LayerRow row) {
        return row.weightsBytes() + row.adapterBytes() + row.trainedBytes() + row.gradientsBytes() + row.optimizerBytes() + row.keptBytes() > 0;
    }

    /** The largest accounts; those of one kind in several blocks are folded to one row. */
    static List<AccountRow> largest(List<Account.View> open) {
        record Kind(Category category, Tier tier, String owner, String what) {}

        final Map<Kind, List<Account.View>> groups = new LinkedHashMap<>();
        for (final Account.View view : open) {
            groups.computeIfAbsent(new Kind(view.category(), view.tier(), within(view.owner()), view.what()), _ -> new ArrayList<>()).add(view);
        }
        return groups.values().stream().map(PlanReading::row).sorted(Comparator.comparingLong(AccountRow::bytes).reversed()).limit(LARGEST).toList();
    }

    /** {@code decoder.*.mlp.gate} for the gate of any block. */
    private static String within(String owner) {
        final String layer = Layers.of(owner);
        final int dot = layer.lastIndexOf('.');
        return dot < 0 ? owner : layer.substring(0, dot) + ".*" + owner.substring(layer.length());
    }

    private static AccountRow row(List<Account.View> accounts) {
        final Account.View one = accounts.getFirst();
        final List<String> layers = accounts.stream().map(view -> Layers.of(view.owner())).distinct()
                .sorted(Comparator.comparingInt(PlanReading::number)).toList();
        final String rest = one.owner().substring(Layers.of(one.owner()).length()).replaceFirst("^\\.", " ");
        final String owner = layers.size() == 1 ? one.owner() : layers.getFirst() + " … " + number(layers.getLast()) + rest;
        return new AccountRow(one.category(), owner, accounts.size(), one.what(), accounts.stream().mapToLong(Account.View::bytes).sum(),
                one.tier() == Tier.HOST, why(one.category()));
    }

    private static int number(String layer) {
        final String digits = layer.substring(layer.lastIndexOf('.') + 1);
        return digits.matches("\\d+") ? Integer.parseInt(digits) : -1;
    }

    private static String why(Category category) {
        return switch (category) {
            case WEIGHTS -> "forward and backward read it";
            case ADAPTER -> "forward and backward read it, and it trains";
            case GRADIENTS -> "the update reads it";
            case OPTIMIZER -> "the next update reads it";
            case ACTIVATIONS -> "the backward pass reads it";
            case WORKSPACE -> "the operation under way reads or writes it";
            case DATA -> "the batch";
        };
    }

    static CategoryBytes bytes(long[] byCategory) {
        return CategoryBytes.of(category -> byCategory[category.ordinal()]);
    }
}
