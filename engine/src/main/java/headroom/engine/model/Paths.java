package headroom.engine.model;

/** Parameter paths: the path of a site and what the tensor is in it. */
final class Paths {
    static final String WEIGHT = ".weight";
    static final String BIAS = ".bias";

    private Paths() {}

    /** The site that owns a parameter: {@code decoder.3.mlp.up.bias} belongs to {@code decoder.3.mlp.up}. */
    static String site(String parameter) {
        if (parameter.endsWith(WEIGHT)) {
            return parameter.substring(0, parameter.length() - WEIGHT.length());
        }
        return parameter.endsWith(BIAS) ? parameter.substring(0, parameter.length() - BIAS.length()) : parameter;
    }
}
