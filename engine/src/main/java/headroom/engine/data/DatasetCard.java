package headroom.engine.data;

/**
 * Where a dataset comes from.
 *
 * @param licence SPDX name, or what is known
 * @param about one or two sentences
 * @param text the whole card as Markdown; empty where there is none
 */
public record DatasetCard(String licence, String about, String text) {
    /** For a file of the user's own. */
    public static final DatasetCard NONE = new DatasetCard("not stated", "", "");
}
