package headroom.engine.recipe;

import headroom.engine.recipe.WeightsChoice.Cut;
import headroom.engine.recipe.WeightsChoice.Dense;
import headroom.engine.recipe.WeightsChoice.FactorStart;
import headroom.engine.recipe.WeightsChoice.Factored;
import headroom.engine.recipe.WeightsChoice.FactoredSparse;
import headroom.engine.recipe.WeightsChoice.Fit;
import headroom.engine.recipe.WeightsChoice.Float4;
import headroom.engine.recipe.WeightsChoice.HostBlock;
import headroom.engine.recipe.WeightsChoice.IntegerCodes;
import headroom.engine.recipe.WeightsChoice.MaskPattern;
import headroom.engine.recipe.WeightsChoice.Masked;
import headroom.engine.recipe.WeightsChoice.NormalFloat;
import headroom.engine.recipe.WeightsChoice.ScaleType;
import headroom.engine.recipe.WeightsChoice.StoredType;
import java.util.List;

/** Short words for common choices of the weights slot. */
public final class WeightPresets {
    /** Rows that are decoded at a time: as fast as whole matrices on a processor, and the scratch of a large matrix shrinks to a few MiB. */
    private static final int TILE = 2048;
    private static final List<String> WORDS = List.of("dense", "bf16", "fp16", "int8", "int4", "int3", "int2", "int4-shrink", "int3-shrink", "int2-shrink", "int4-grid", "int3-grid", "int2-grid", "nf8", "nf4", "nf3", "nf2", "fp4", "host", "factored", "factored-sparse", "2:4", "cut");

    private WeightPresets() {}

    public static List<String> words() {
        return WORDS;
    }

    /**
     * The choice that a word stands for, integers with the way in which their range is fitted behind them, the least and greatest weight if none: codes with double quantisation; integers per row for 8 bits, in groups of 128 (2 bits: 64) with zero points for fewer; host weights with one block
     * fetched ahead; factors of a quarter of the full rank; half of the heads and channels.
     */
    public static WeightsChoice of(String word) {
        return switch (word) {
            case "dense" -> new Dense();
            case "bf16" -> new Dense(StoredType.BF16, TILE);
            case "fp16" -> new Dense(StoredType.F16, TILE);
            case "int8" -> new IntegerCodes(8, 0, true, ScaleType.F32, false, TILE);
            case "int4-shrink", "int3-shrink", "int2-shrink" -> ((IntegerCodes) of(word.substring(0, 4))).with(Fit.SHRINK);
            case "int4-grid", "int3-grid", "int2-grid" -> ((IntegerCodes) of(word.substring(0, 4))).with(Fit.GRID_LP);
            case "int4", "int3" -> new IntegerCodes(word.charAt(3) - '0', 128, false, ScaleType.F16, false, TILE);
            case "int2" -> new IntegerCodes(2, 64, false, ScaleType.F16, false, TILE);
            case "nf8", "nf4", "nf3", "nf2" -> new NormalFloat(word.charAt(2) - '0', 64, true, TILE);
            case "fp4" -> new Float4(64, true, TILE);
            case "factored" -> new Factored(0.25, FactorStart.SVD);
            case "factored-sparse" -> new FactoredSparse(0.25, 0.03, 32, TILE);
            case "2:4" -> new Masked(MaskPattern.GROUPS, 0, 2, 4);
            case "cut" -> new Cut(0.5, 0.5, List.of(), new Dense());
            case "host" -> new HostBlock(StoredType.COMPUTE, 2);
            default -> throw new IllegalArgumentException("no weights '" + word + "'; there are " + String.join(", ", WORDS));
        };
    }

    /** The word that comes nearest to a choice. */
    public static String wordOf(WeightsChoice choice) {
        return switch (choice) {
            case Dense d -> switch (d.stored()) {
                case COMPUTE -> "dense";
                case BF16 -> "bf16";
                case F16 -> "fp16";
            };
            case NormalFloat n -> "nf" + n.bits();
            case Float4 _ -> "fp4";
            case IntegerCodes i when i.bits() == 8 -> "int8";
            case IntegerCodes i -> "int" + i.bits() + switch (i.fit()) {
                case MINMAX -> "";
                case SHRINK -> "-shrink";
                case GRID_LP -> "-grid";
            };
            case HostBlock _ -> "host";
            case Factored _ -> "factored";
            case FactoredSparse _ -> "factored-sparse";
            case Masked _ -> "2:4";
            case Cut _ -> "cut";
        };
    }
}
