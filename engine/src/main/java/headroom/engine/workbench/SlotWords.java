package headroom.engine.workbench;

import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.ComputeType;
import headroom.engine.recipe.DataChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.SavesChoice;
import headroom.engine.recipe.SelectorChoice;
import headroom.engine.recipe.SubsetSelection;
import headroom.engine.recipe.TensorMemory;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.stack.TokenSubsetStack;
import java.util.Locale;

/** What fills a slot, in words. */
final class SlotWords {
    private SlotWords() {}

    /** The weights slot with the element type that its tensors have. */
    record Weights(WeightsChoice choice, ComputeType compute) {}

    /** The activations slot with where its tensors lie. */
    record Activations(ActivationsChoice choice, TensorMemory memory) {}

    static String of(Object choice) {
        return switch (choice) {
            case Weights weights -> weights(weights);
            case AdapterChoice adapter -> adapter(adapter);
            case SelectorChoice selector -> selector(selector);
            case GradientChoice gradient -> gradient(gradient);
            case Activations activations -> activations(activations.choice()) + (activations.memory() == TensorMemory.ARENA ? "" : ", each tensor where the allocator puts it");
            case OptimizerChoice optimizer -> OptimizerWords.of(optimizer);
            case DataChoice data -> data(data);
            case RunChoice run -> RunWords.of(run);
            default -> throw new IllegalArgumentException("no words for " + choice.getClass());
        };
    }

    private static String weights(Weights weights) {
        if (weights.choice() instanceof WeightsChoice.Cut cut) {
            return (cut.blocks().isEmpty() ? "%s %% of the heads and %s %% of the channels, ".formatted(number(100 * cut.heads()), number(100 * cut.channels()))
                    : "heads and channels by list, ") + weights(new Weights(cut.of(), weights.compute()));
        }
        final String compute = weights.compute().name().toLowerCase(Locale.ROOT);
        final String words = switch (weights.choice()) {
            case WeightsChoice.Dense plain when plain.stored() == WeightsChoice.StoredType.COMPUTE -> "dense, " + compute;
            case WeightsChoice.Dense plain -> "dense, stored in %s, products in %s".formatted(plain.stored().name().toLowerCase(Locale.ROOT), compute);
            case WeightsChoice.NormalFloat code -> "NF%d, block %d%s".formatted(code.bits(), code.block(), code.doubleQuantisation() ? ", double quantised" : "");
            case WeightsChoice.Float4 code -> "FP4, block %d%s".formatted(code.block(), code.doubleQuantisation() ? ", double quantised" : "");
            case WeightsChoice.HostBlock hosted -> "dense on the host%s, %s".formatted(
                    hosted.stored() == WeightsChoice.StoredType.COMPUTE ? "" : " in " + hosted.stored().name().toLowerCase(Locale.ROOT),
                    hosted.resident() == 1 ? "one block visits at a time" : "%d blocks visit at a time".formatted(hosted.resident()));
            case WeightsChoice.Cut _ -> throw new IllegalStateException("a cut of a cut");
            case WeightsChoice.Factored pair -> "two factors of %s, %s".formatted(rank(pair.rank()), pair.start() == WeightsChoice.FactorStart.SVD ? "from singular values" : "from nothing");
            case WeightsChoice.FactoredSparse sum -> "two factors of %s and %s %% of the entries, from nothing".formatted(rank(sum.rank()), number(100 * sum.density()));
            case WeightsChoice.Masked masked when masked.pattern() == WeightsChoice.MaskPattern.GROUPS -> "dense, %d of every %d kept".formatted(masked.n(), masked.m());
            case WeightsChoice.Masked masked -> "dense, %s %% of the %s kept".formatted(number(100 * masked.kept()), masked.pattern().name().toLowerCase(Locale.ROOT));
            case WeightsChoice.IntegerCodes code -> "int%d, %s, a scale per %s%s".formatted(code.bits(), code.symmetric() ? "symmetric" : "with zero points",
                    code.group() <= 0 ? "row" : "about %,d weights".formatted(code.group()), code.trainScales() ? " that trains" : "") + switch (code.fit()) {
                case MINMAX -> "";
                case SHRINK -> ", ranges shrunk to the least squared error";
                case GRID_LP -> ", ranges shrunk to the least fourth powers of errors";
            };
        };
        return words + (weights.choice().tile() > 0 ? ", %,d rows at a time".formatted(weights.choice().tile()) : "");
    }

    private static String rank(double rank) {
        return rank < 1 ? "%s %% of the full rank".formatted(number(100 * rank)) : "rank " + Math.round(rank);
    }

    private static String adapter(AdapterChoice adapter) {
        return switch (adapter) {
            case AdapterChoice.None _ -> "none";
            case AdapterChoice.ActivationGates gates -> "gates on " + String.join(", ", gates.points());
            case AdapterChoice.AddedBias bias -> "biases where there are none, on " + String.join(", ", bias.targets());
            case AdapterChoice.Bottleneck neck -> "bottleneck of width %d, %s, %s, at %s".formatted(neck.width(), neck.activation().name().toLowerCase(Locale.ROOT),
                    neck.parallel() ? "in parallel" : "in sequence", String.join(", ", neck.points()));
            case AdapterChoice.PrefixKv prefix -> "prefix of %d keys and values in every layer, %s%s".formatted(prefix.length(),
                    prefix.hidden() == 0 ? "a table" : "made by a network of width " + prefix.hidden(), prefix.dropout() == 0 ? "" : ", dropout " + number(prefix.dropout()));
            case AdapterChoice.PromptTokens prompt -> "prompt of %d free vectors, starting %s".formatted(prompt.length(),
                    prompt.start() == AdapterChoice.FrontStart.NORMAL ? "at random" : "as words");
            case AdapterChoice.QueryTokens queries -> "%s beside the tokens of every layer%s%s".formatted(queries.count() == 1 ? "a query" : queries.count() + " queries",
                    queries.dropout() == 0 ? "" : ", dropout " + number(queries.dropout()), queries.kept() == AdapterChoice.KeptForQueries.INPUT ? ", which keeps its input" : "");
            case AdapterChoice.LowRank pair -> pair(pair.start() == AdapterChoice.Start.PISSA ? "PiSSA" : "LoRA", pair);
            case AdapterChoice.WeightNorm norm -> pair("DoRA", norm.pair()) + (norm.exactNorm() ? ", gradient through the norm" : "");
            case AdapterChoice.Vera vera -> "VeRA r %d, one random pair for all, on %s".formatted(vera.rank(), String.join(", ", vera.targets()));
            case AdapterChoice.Triplets triplets -> "AdaLoRA r %d at first, α %s, on %s".formatted(triplets.rank(), number(triplets.alpha()), String.join(", ", triplets.targets()));
            case AdapterChoice.LadderNetwork side -> "network of 1/%d of the width beside the model, reading %s, starting %s%s".formatted(side.reduction(), !side.taps().isEmpty()
                            ? "blocks " + side.taps().stream().map(String::valueOf).collect(java.util.stream.Collectors.joining(", ")) : side.every() == 0 ? "the last block" : side.every() == 1 ? "every block" : "one block in %d".formatted(side.every()),
                    switch (side.start()) {
                        case RANDOM -> "at random";
                        case PRUNED -> "as a cut of its blocks";
                        case FISHER -> "as a cut of its blocks by squared gradients";
                    }, side.dropout() == 0 ? "" : ", dropout " + number(side.dropout()));
            case AdapterChoice.SegmentedLowRank several -> "%d LoRA sets over rows of one batch: %s".formatted(several.sets().size(),
                    several.sets().stream().map(set -> set.name() + " r " + set.pair().rank()).collect(java.util.stream.Collectors.joining(", ")));
        };
    }

    private static String pair(String name, AdapterChoice.LowRank pair) {
        final String scale = switch (pair.scaling()) {
            case ALPHA_BY_RANK -> "α " + number(pair.alpha());
            case ALPHA_BY_ROOT_RANK -> "α %s by √r".formatted(number(pair.alpha()));
            case FIXED -> "scale " + number(pair.alpha());
        };
        return "%s r %d%s, %s, on %s".formatted(name, pair.rank(), pair.ranks().isEmpty() ? "" : " (%d sites otherwise)".formatted(pair.ranks().size()), scale,
                String.join(", ", pair.targets()));
    }

    private static String selector(SelectorChoice selector) {
        return switch (selector) {
            case SelectorChoice.AllParameters _ -> "all parameters";
            case SelectorChoice.AdapterOnly _ -> "adapter and task head only";
            case SelectorChoice.CubicBudget budget -> "adapter and task head; triplets fall to %d a site, chosen every %d steps".formatted(budget.target(), budget.every());
            case SelectorChoice.LayerwiseSampling some when some.order() != SelectorChoice.LayerwiseSampling.Order.DRAWN ->
                    "%d at a time, %s, for %d steps each%s".formatted(some.count(), switch (some.order()) {
                        case ASCENDING -> "blocks from the input upward";
                        case DESCENDING -> "blocks from the output downward";
                        default -> "every block once per cycle in random order";
                    }, some.every(), some.alwaysOn() ? ", embeddings and head always" : "");
            case SelectorChoice.RandomSupport some -> RunWords.of(some);
            case SelectorChoice.MagnitudeSupport some -> RunWords.of(some);
            case SelectorChoice.NamedParameters named -> "adapter, task head and " + String.join(", ", named.names());
            case SelectorChoice.LayerwiseSampling some -> "%d random blocks, redrawn every %d steps%s".formatted(some.count(), some.every(),
                    some.alwaysOn() ? ", embeddings and head always" : "");
        };
    }

    private static String gradient(GradientChoice gradient) {
        return switch (gradient) {
            case GradientChoice.Backprop _ -> "exact";
            case GradientChoice.SplitEstimate split -> "exact from block %d on, below it estimated from two forward passes, ε %s".formatted(split.block(), number(split.epsilon()));
            case GradientChoice.TwoPointEstimate two -> "estimated from two forward passes%s, ε %s".formatted(
                    two.directions() == 1 ? "" : " along each of %d directions".formatted(two.directions()), number(two.epsilon()));
        };
    }

    private static String data(DataChoice data) {
        return "batches of %,d, up to %,d tokens%s%s%s%s".formatted(data.batch(), data.length(), data.accumulate() == 1 ? "" : ", %d accumulated".formatted(data.accumulate()),
                data.pack() ? ", several texts in a row" : "", switch (data.order()) {
                    case SHUFFLED -> "";
                    case LENGTH -> ", rows of one length together";
                    case FILE -> ", in the order of the file";
                }, data.select() == null ? "" : selection(data.select()));
    }

    private static String selection(SubsetSelection some) {
        return "; %s %% of the rows, %s".formatted(number(100 * some.share()), switch (some.pick()) {
            case TOP -> "%s by %s".formatted(some.highest() ? "highest" : "lowest", score(some.score()));
            case CLUSTERS -> "%s by %s in each of %,d clusters".formatted(some.highest() ? "highest" : "lowest", score(some.score()), some.clusters());
            case FACILITY_LOCATION -> "that stand for the others, each counted by %s%s".formatted(some.highest() ? "" : "low ", score(some.score()));
        });
    }

    static String score(SubsetSelection.Score score) {
        return score == SubsetSelection.Score.IFD ? "instruction-following difficulty" : score.name().toLowerCase(Locale.ROOT);
    }

    private static String saves(SavesChoice saves) {
        return switch (saves) {
            case SavesChoice.WholeSaves _ -> "";
            case SavesChoice.EverySave _ -> ", also what could be made again";
            case SavesChoice.HostSaves _ -> ", in host memory";
            case SavesChoice.CodedSaves coded -> coded.codes().values().stream().distinct().map(code -> switch (code) {
                case SavesChoice.Groups some -> "%d bits, groups of %d".formatted(some.bits(), some.group());
                case SavesChoice.SampledRows some -> "%s %% of the rows of linears' inputs".formatted(number(100 * some.kept()));
                case SavesChoice.Float8 eight -> eight.type().name().replace("F8_", "fp8 ") + (eight.group() == 0 ? "" : ", groups of " + eight.group());
            }).collect(java.util.stream.Collectors.joining("; ", ", in ", ""));
        };
    }

    private static String activations(ActivationsChoice activations) {
        final String kept = switch (activations) {
            case ActivationsChoice.KeepNeeded _ -> "kept";
            case ActivationsChoice.BlockCheckpoint some when some.budget() > 0 -> "checkpoint as few blocks as fit %s".formatted(Sizes.text(some.budget()));
            case ActivationsChoice.BlockCheckpoint some -> switch (some.every()) {
                case 0 -> "checkpoint about √L segments";
                case 1 -> "checkpoint each block";
                default -> "checkpoint every %d blocks".formatted(some.every());
            };
            case ActivationsChoice.ReversibleStreams pair -> "computed back from %s of two streams, λ %s, β %s, %s".formatted(
                    pair.every() == 0 ? "the last pair" : pair.every() == 1 ? "a pair per block" : "a pair every %d blocks".formatted(pair.every()), number(pair.lambda()), number(pair.beta()),
                    switch (pair.wiring()) {
                        case LAYER_FIRST -> "layer, then adapter";
                        case LAYER_SECOND -> "adapter, then layer";
                        case HALVES -> "attention, then feed-forward";
                    });
            case ActivationsChoice.TokenSubset some -> "%s %% of the tokens in %s, %s, by blocks of %d, %s".formatted(number(100 * some.kept()), some.whole() ? "later layers" : "later attentions",
                    some.choosing() == TokenSubsetStack.Choosing.ATTENTION ? "the most attended" : "drawn", some.tokens(),
                    some.from() == 0 ? "from half of the layers on" : "from layer %d on".formatted(some.from() + 1));
            case ActivationsChoice.UntapedBlocks _ -> "none of the frozen blocks, beside them what is needed";
            case ActivationsChoice.ForwardOnly _ -> "none kept";
        };
        return kept + saves(activations.saves()) + switch (activations.loss()) {
            case ActivationsChoice.WholeLoss _ -> "";
            case ActivationsChoice.SegmentedLoss loss -> loss.rows() == 0 ? ", loss in segments" : ", loss in segments of %,d rows".formatted(loss.rows());
        };
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9 ? Long.toString((long) value) : Double.toString(value);
    }
}
