package headroom.engine.plan;

/** Which layer an owner path belongs to: its block with its number, or its first name. */
public final class Layers {
    private Layers() {}

    /** {@code decoder.3.attention.q} → {@code decoder.3}; {@code embeddings.token} → {@code embeddings}; empty stays empty. */
    public static String of(String owner) {
        int first = owner.indexOf('.');
        if (first < 0) {
            return owner;
        }
        int end = first + 1;
        while (end < owner.length() && Character.isDigit(owner.charAt(end))) {
            end++;
        }
        boolean numbered = end > first + 1 && (end == owner.length() || owner.charAt(end) == '.');
        return owner.substring(0, numbered ? end : first);
    }
}
