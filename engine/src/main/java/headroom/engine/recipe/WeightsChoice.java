package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import headroom.engine.compute.DType;
import headroom.engine.compute.kernel.QuantisationKernels;
import java.util.List;

/**
 * Slot 1, weights: how the matrices of the base model's blocks are stored. Embeddings, norms, biases and the language-model head stay plain tensors in the compute type.
 *
 * <p>The forms refuse numbers of bits that there are not and scales that end within a byte. {@code tile} is common to the forms that rebuild a matrix for a product: the rows that exist at a time, or 0 for the whole matrix.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = WeightsChoice.Dense.class, name = "DenseWeights"),
        @JsonSubTypes.Type(value = WeightsChoice.NormalFloat.class, names = {"NormalFloatWeights", "Nf4Weights"}),
        @JsonSubTypes.Type(value = WeightsChoice.Float4.class, name = "Fp4Weights"),
        @JsonSubTypes.Type(value = WeightsChoice.IntegerCodes.class, name = "IntegerWeights"),
        @JsonSubTypes.Type(value = WeightsChoice.HostBlock.class, name = "HostBlockWeights"),
        @JsonSubTypes.Type(value = WeightsChoice.Factored.class, name = "FactoredWeights"),
        @JsonSubTypes.Type(value = WeightsChoice.FactoredSparse.class, name = "FactoredPlusSparseWeights"),
        @JsonSubTypes.Type(value = WeightsChoice.Masked.class, name = "MaskedWeights"),
        @JsonSubTypes.Type(value = WeightsChoice.Cut.class, name = "CutWeights")})
public sealed interface WeightsChoice {
    /** Types that plain tensors can be stored in. */
    enum StoredType {
        /** The type of the products. */
        COMPUTE, BF16, F16;

        /** @param compute type of the products */
        public DType dtype(DType compute) {
            return switch (this) {
                case COMPUTE -> compute;
                case BF16 -> DType.BF16;
                case F16 -> DType.F16;
            };
        }
    }

    /** Types that scales can be stored in. */
    enum ScaleType {
        F16, F32
    }

    /**
     * Plain tensors. Where they are stored in another type than that of the products, each is converted for one product at a time: a processor multiplies float32 and perhaps
     * bf16, so float16 saves memory here and no time.
     *
     * @param stored may be missing in a recipe, then {@code COMPUTE}
     */
    record Dense(StoredType stored, int tile) implements WeightsChoice {
        public Dense {
            stored = stored == null ? StoredType.COMPUTE : stored;
        }

        public Dense() {
            this(StoredType.COMPUTE, 0);
        }
    }

    /**
     * Normal-float codes (QLoRA, LQ-LoRA): blocks of weights with one scale each, levels at quantiles of the normal distribution.
     *
     * @param bits 2, 3, 4 or 8; may be missing in a recipe, then 4
     * @param block weights per scale
     * @param doubleQuantisation true if the scales are stored in 8 bits themselves
     */
    record NormalFloat(int bits, int block, boolean doubleQuantisation, int tile) implements WeightsChoice {
        public NormalFloat {
            bits = bits == 0 ? 4 : bits;
            codes(bits, block, tile);
        }

        /** NF4 in blocks of 64, as QLoRA has it. */
        public static NormalFloat nf4(boolean doubleQuantisation) {
            return new NormalFloat(4, 64, doubleQuantisation, 2048);
        }
    }

    /** 4-bit floating-point codes (bitsandbytes' FP4), stored as normal-float codes are. */
    record Float4(int block, boolean doubleQuantisation, int tile) implements WeightsChoice {
        public Float4 {
            codes(4, block, tile);
        }
    }

    /** How the range that integers cover is fitted to the weights of a group. */
    enum Fit {
        /** From the least to the greatest weight. */
        MINMAX(1, 0, 2),
        /** That range shrunk by the factor of 1.00, 0.99, … 0.50 that leaves the least sum of squared errors (PEQA). */
        SHRINK(51, 0.01, 2),
        /** The factor of 1.00, 0.99, … 0.01 that leaves the least sum of fourth powers: few large errors (LR-QAT). */
        GRID_LP(100, 0.01, 4);

        private final int candidates;
        private final double step;
        private final int power;

        Fit(int candidates, double step, int power) {
            this.candidates = candidates;
            this.step = step;
            this.power = power;
        }

        /** Factors that are tried, from 1 downward. */
        public int candidates() {
            return candidates;
        }

        /** Between two factors. */
        public double step() {
            return step;
        }

        /** p of the sum of |w − ŵ|ᵖ that is made least. */
        public int power() {
            return power;
        }
    }

    /**
     * Integers with a scale for each row or group, fitted to the weights of it.
     *
     * @param bits 2, 3, 4 or 8
     * @param group weights of a row per scale; 0, or more than a row has, for whole rows. Where it does not divide a row, the divisor nearest to it
     * @param symmetric true for levels around zero; false adds a zero point to each scale
     * @param scales in which type scales are stored; those that train are float32
     * @param trainScales true if the scales are parameters that a selector may train
     * @param fit how; may be missing in a recipe, then {@code MINMAX}
     */
    record IntegerCodes(int bits, int group, boolean symmetric, ScaleType scales, boolean trainScales, int tile, Fit fit) implements WeightsChoice {
        /** Fitted from the least to the greatest weight. */
        public IntegerCodes(int bits, int group, boolean symmetric, ScaleType scales, boolean trainScales, int tile) {
            this(bits, group, symmetric, scales, trainScales, tile, Fit.MINMAX);
        }

        /** The same fitted otherwise. */
        public IntegerCodes with(Fit f) {
            return new IntegerCodes(bits, group, symmetric, scales, trainScales, tile, f);
        }

        public IntegerCodes {
            fit = fit == null ? Fit.MINMAX : fit;
            scales = scales == null || trainScales ? ScaleType.F32 : scales;
            codes(bits, group <= 0 ? 8 : group, tile);
        }
    }

    /**
     * Plain tensors that live in host memory; a block of them visits the device while it computes, and the next one in the direction of the pass comes meanwhile. Frozen. While
     * they visit they are booked in both tiers.
     *
     * @param stored may be missing in a recipe, then {@code COMPUTE}
     * @param resident blocks on the device at a time; 1 for no fetching ahead
     */
    record HostBlock(StoredType stored, int resident) implements WeightsChoice {
        public HostBlock {
            stored = stored == null ? StoredType.COMPUTE : stored;
            if (resident < 1) {
                throw new IllegalArgumentException(resident + " blocks of host weights on the device at a time; use 1, or 2 to fetch one ahead");
            }
        }

        @Override
        public int tile() {
            return 0;
        }
    }

    /** How factors start. */
    enum FactorStart {
        /** The best approximation of the matrix, from its singular values. Worth something on a trained model only: a random matrix has no small ones. */
        SVD,
        /** Random, for training from nothing; the matrix is not read. */
        KAIMING
    }

    /**
     * Two factors in place of each matrix; both may train.
     *
     * @param rank below 1 a share of the shorter side, else the rank itself
     */
    record Factored(double rank, FactorStart start) implements WeightsChoice {
        public Factored {
            WeightsChoice.rankOf(rank, 1);
        }

        /** The rank of a matrix [out, in]. */
        public long rankOf(long out, long in) {
            return WeightsChoice.rankOf(rank, Math.min(out, in));
        }

        @Override
        public int tile() {
            return 0;
        }
    }

    /**
     * Factors and values on a fixed random support, c·B·A + S with c = alpha / rank, for training from nothing (SLTrain).
     *
     * @param rank below 1 a share of the shorter side, else the rank itself
     * @param density share of the entries that have a value of their own
     */
    record FactoredSparse(double rank, double density, double alpha, int tile) implements WeightsChoice {
        public FactoredSparse {
            WeightsChoice.rankOf(rank, 1);
            if (!(density > 0 && density <= 1)) {
                throw new IllegalArgumentException("a sparse part of density " + density + "; expected above 0, at most 1");
            }
        }

        /** The rank of a matrix [out, in]. */
        public long rankOf(long out, long in) {
            return WeightsChoice.rankOf(rank, Math.min(out, in));
        }
    }

    /** What is cut out of a matrix by magnitude. */
    enum MaskPattern {
        ENTRIES, ROWS, COLUMNS,
        /** n of every m consecutive weights of a row stay. */
        GROUPS
    }

    /**
     * Plain tensors with zeros that stay zero.
     *
     * @param kept share that stays, of entries, rows or columns
     * @param n with {@code GROUPS}: how many of every {@code m} stay
     */
    record Masked(MaskPattern pattern, double kept, int n, int m) implements WeightsChoice {
        public Masked {
            if (pattern == MaskPattern.GROUPS ? n < 1 || n >= m : !(kept > 0 && kept <= 1)) {
                throw new IllegalArgumentException("a mask that keeps " + (pattern == MaskPattern.GROUPS ? n + " of every " + m : "a share of " + kept) + "; expected "
                        + (pattern == MaskPattern.GROUPS ? "at least 1 and fewer than all" : "above 0, at most 1"));
            }
        }

        @Override
        public int tile() {
            return 0;
        }
    }

    /**
     * Attention heads and feed-forward channels taken out: really smaller matrices, whose widths may differ from block to block. Heads that share keys and values go together.
     *
     * @param heads share of the key-value heads that stays in each block, where no lists are given
     * @param channels share of the feed-forward channels that stays; a multiple of 16 of them
     * @param blocks what stays in each block, in order; empty for a draw by the run's seed
     * @param of how what is left is stored
     */
    record Cut(double heads, double channels, List<Kept> blocks, WeightsChoice of) implements WeightsChoice {
        public Cut {
            blocks = blocks == null ? List.of() : List.copyOf(blocks);
            of = of == null ? new Dense() : of;
            if (!(heads > 0 && heads <= 1 && channels > 0 && channels <= 1)) {
                throw new IllegalArgumentException("a cut that keeps a share of " + heads + " of the heads and " + channels + " of the channels; expected above 0, at most 1");
            }
            if (of instanceof Cut) {
                throw new IllegalArgumentException("a cut of a cut; name what stays in one list");
            }
        }

        @Override
        public int tile() {
            return of.tile();
        }
    }

    /** Key-value heads and feed-forward channels of one block that stay, ascending. */
    record Kept(List<Integer> heads, List<Integer> channels) {
        public Kept {
            heads = ascending("heads", heads);
            channels = ascending("channels", channels);
        }

        private static List<Integer> ascending(String what, List<Integer> given) {
            for (int i = 0; i < given.size(); i++) {
                if (given.get(i) < (i == 0 ? 0 : given.get(i - 1) + 1)) {
                    throw new IllegalArgumentException(what + " that stay: " + given + "; expected ascending numbers from 0 on, none twice");
                }
            }
            if (given.isEmpty()) {
                throw new IllegalArgumentException("no " + what + " stay; at least one has to");
            }
            return List.copyOf(given);
        }
    }

    private static long rankOf(double rank, long shorter) {
        if (!(rank > 0)) {
            throw new IllegalArgumentException("factors of rank " + rank + "; use a share of the shorter side below 1, or a rank from 1 on");
        }
        return Math.max(1, Math.min(shorter, Math.round(rank < 1 ? rank * shorter : rank)));
    }

    /** The same with other rows at a time. */
    default WeightsChoice withTile(int rows) {
        return switch (this) {
            case Dense d -> new Dense(d.stored(), rows);
            case NormalFloat n -> new NormalFloat(n.bits(), n.block(), n.doubleQuantisation(), rows);
            case Float4 f -> new Float4(f.block(), f.doubleQuantisation(), rows);
            case IntegerCodes i -> new IntegerCodes(i.bits(), i.group(), i.symmetric(), i.scales(), i.trainScales(), rows, i.fit());
            case FactoredSparse f -> new FactoredSparse(f.rank(), f.density(), f.alpha(), rows);
            case Cut cut -> new Cut(cut.heads(), cut.channels(), cut.blocks(), cut.of().withTile(rows));
            case HostBlock _, Factored _, Masked _ -> this;
        };
    }

    /** The same with so many weights per scale, where there are scales. */
    default WeightsChoice withGroup(int weights) {
        return switch (this) {
            case Cut cut -> new Cut(cut.heads(), cut.channels(), cut.blocks(), cut.of().withGroup(weights));
            case Dense _, HostBlock _, Factored _, FactoredSparse _, Masked _ -> this;
            case NormalFloat n -> new NormalFloat(n.bits(), weights, n.doubleQuantisation(), n.tile());
            case Float4 f -> new Float4(weights, f.doubleQuantisation(), f.tile());
            case IntegerCodes i -> new IntegerCodes(i.bits(), weights, i.symmetric(), i.scales(), i.trainScales(), i.tile(), i.fit());
        };
    }

    /** Rows that exist at a time, 0 for all. */
    int tile();

    private static void codes(int bits, int block, int tile) {
        if (bits != 2 && bits != 3 && bits != 4 && bits != 8) {
            throw new IllegalArgumentException("weights in codes of " + bits + " bits; there are 2, 3, 4 and 8");
        }
        long unit = QuantisationKernels.unit(bits);
        if (block < 1 || block % unit != 0) {
            throw new IllegalArgumentException("a scale for every " + block + " weights of " + bits + " bits ends within a byte; use a multiple of " + unit);
        }
        if (tile < 0) {
            throw new IllegalArgumentException("a tile of " + tile + " rows; use 0 for whole matrices, or at least 1");
        }
    }
}
