package headroom.engine.recipe;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import headroom.engine.compute.DType;
import headroom.engine.tape.Keeper;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** In which form and where tensors are kept between forward and backward: a part of the activations slot. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = SavesChoice.WholeSaves.class, name = "WholeSaves"), @JsonSubTypes.Type(value = SavesChoice.EverySave.class, name = "EverySave"),
        @JsonSubTypes.Type(value = SavesChoice.CodedSaves.class, name = "CodedSaves"),
        @JsonSubTypes.Type(value = SavesChoice.HostSaves.class, name = "HostSaves")})
public sealed interface SavesChoice {
    /** What may be kept in a code: statistics and what the loss reads must be exact. */
    Set<Keeper.Role> CODEABLE = Set.of(Keeper.Role.LINEAR_INPUT, Keeper.Role.NONLINEAR, Keeper.Role.ATTENTION, Keeper.Role.BLOCK_INPUT);

    /** The tensors themselves; an output of a norm or an activation that follows from what is kept is made again. */
    record WholeSaves() implements SavesChoice {}

    /** Every tensor that is read in the backward pass, also what could be made again from another: what papers count, and what frameworks do. */
    record EverySave() implements SavesChoice {}

    /**
     * A code for each role that is named; what is saved in another role is kept whole. A tensor that several
     * operations save is kept once if their roles have one code, or the first kept it whole.
     */
    record CodedSaves(Map<Keeper.Role, Code> codes) implements SavesChoice {
        public CodedSaves {
            codes = codes.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(codes));
        }

        /** One code for all that may be coded. */
        public static CodedSaves of(Code code) {
            return of(CODEABLE, code);
        }

        public static CodedSaves of(Set<Keeper.Role> roles, Code code) {
            Map<Keeper.Role, Code> codes = new EnumMap<>(Keeper.Role.class);
            roles.forEach(r -> codes.put(r, code));
            return new CodedSaves(codes);
        }
    }

    /**
     * Copies in the host's memory, brought back for the operation that reads them.
     *
     * @param from elements that a tensor has at least to go there
     */
    record HostSaves(long from) implements SavesChoice {
        /** Everything but statistics of small batches. */
        public static final HostSaves STANDARD = new HostSaves(4096);
    }

    /** How the elements of a tensor are coded. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Groups.class, name = "Groups"), @JsonSubTypes.Type(value = Float8.class, name = "Float8"),
            @JsonSubTypes.Type(value = SampledRows.class, name = "SampledRows")})
    sealed interface Code {}

    /**
     * Integers with a step and a least value in float16 for each group. The error of an element is at most half a step, and 2⁻⁹ of the group's greatest magnitude.
     *
     * @param bits 2, 4 or 8
     * @param group elements that share a step
     */
    record Groups(int bits, int group) implements Code {}

    /**
     * 8-bit floats with a bf16 scale. The relative error of an element is at most 2⁻⁴ (E4M3) or 2⁻³ (E5M2), until it is below the least normal one.
     *
     * @param type F8_E4M3 or F8_E5M2
     * @param group elements that share a scale; 0 for one scale a tensor
     */
    record Float8(DType type, int group) implements Code {}

    /**
     * Some rows of an input of a linear layer, for its weight gradient: the heaviest for certain, others drawn by their norm and scaled so that the gradient is right on average
     * ("Winner-Take-All Column Row Sampling", 2023, without its memory of gradient norms). The gradients of inputs and biases stay exact.
     *
     * @param kept share of the rows
     */
    record SampledRows(double kept) implements Code {
        /** Rows that are kept of {@code n}; at least ten. */
        public long of(long n) {
            return Math.min(n, Math.max(10, (long) (kept * n)));
        }
    }
}
