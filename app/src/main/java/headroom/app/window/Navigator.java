package headroom.app.window;

/** How a view leads to another page, without knowing the window. */
public interface Navigator {
    /** @param view the id of a view */
    void go(String view);

    /** Opens a page of Learn. */
    void learn(String page);

    /** Says something that needs no answer, in one line under the header, with one action ({@code null}: only to be closed). */
    void say(String message, Command action);
}
