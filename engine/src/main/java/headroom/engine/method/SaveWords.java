package headroom.engine.method;

import headroom.engine.compute.DType;
import headroom.engine.recipe.SavesChoice;
import headroom.engine.tape.Keeper;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words in which saves are set: a form, and what has it. */
final class SaveWords {
    private static final String WHOLE = "whole";
    private static final String EVERY = "every";
    private static final String HOST = "host";
    private static final String ROWS = "rows";
    private static final String ALL = "all";
    private static final double KEPT = 0.3;
    private static final int GROUP = 64;
    private static final Map<String, SavesChoice.Code> CODES = codes();
    private static final Map<String, Set<Keeper.Role>> PARTS = parts();

    /** Forms, the plain one first. */
    static final List<String> FORMS = List.of(WHOLE, EVERY, "int8", "int4", "int2", "fp8", "fp8-e5m2", "fp8-groups", ROWS, HOST);
    static final List<String> ROLES = List.copyOf(PARTS.keySet());

    private SaveWords() {}

    private static Map<String, SavesChoice.Code> codes() {
        Map<String, SavesChoice.Code> m = new LinkedHashMap<>();
        for (int bits : new int[] {8, 4, 2}) {
            m.put("int" + bits, new SavesChoice.Groups(bits, GROUP));
        }
        m.put("fp8", new SavesChoice.Float8(DType.F8_E4M3, 0));
        m.put("fp8-e5m2", new SavesChoice.Float8(DType.F8_E5M2, 0));
        m.put("fp8-groups", new SavesChoice.Float8(DType.F8_E4M3, 16));
        return m;
    }

    private static Map<String, Set<Keeper.Role>> parts() {
        Map<String, Set<Keeper.Role>> m = new LinkedHashMap<>();
        m.put(ALL, SavesChoice.CODEABLE);
        m.put("linear", EnumSet.of(Keeper.Role.LINEAR_INPUT));
        m.put("nonlinear", EnumSet.of(Keeper.Role.NONLINEAR));
        m.put("attention", EnumSet.of(Keeper.Role.ATTENTION));
        m.put("blocks", EnumSet.of(Keeper.Role.BLOCK_INPUT));
        return m;
    }

    /** The word of a choice; a mix that has none is told by its first code. */
    static String form(SavesChoice saves) {
        return switch (saves) {
            case SavesChoice.WholeSaves w -> WHOLE;
            case SavesChoice.EverySave e -> EVERY;
            case SavesChoice.HostSaves h -> HOST;
            case SavesChoice.CodedSaves c when c.codes().containsValue(new SavesChoice.SampledRows(kept(c))) -> ROWS;
            case SavesChoice.CodedSaves c -> CODES.entrySet().stream().filter(e -> c.codes().containsValue(e.getValue())).map(Map.Entry::getKey).findFirst().orElse(WHOLE);
        };
    }

    static String roles(SavesChoice saves) {
        return saves instanceof SavesChoice.CodedSaves c ? PARTS.entrySet().stream().filter(e -> e.getValue().equals(c.codes().keySet())).map(Map.Entry::getKey).findFirst().orElse(ALL) : ALL;
    }

    /** Share of the rows that is kept, or the standard one. */
    static double kept(SavesChoice saves) {
        return saves instanceof SavesChoice.CodedSaves c ? c.codes().values().stream().filter(SavesChoice.SampledRows.class::isInstance)
                .mapToDouble(code -> ((SavesChoice.SampledRows) code).kept()).findFirst().orElse(KEPT) : KEPT;
    }

    static SavesChoice choice(String form, String roles, double kept) {
        return switch (form) {
            case WHOLE -> new SavesChoice.WholeSaves();
            case EVERY -> new SavesChoice.EverySave();
            case HOST -> SavesChoice.HostSaves.STANDARD;
            case ROWS -> SavesChoice.CodedSaves.of(Set.of(Keeper.Role.LINEAR_INPUT), new SavesChoice.SampledRows(kept));
            default -> SavesChoice.CodedSaves.of(PARTS.get(roles), CODES.get(form));
        };
    }
}
