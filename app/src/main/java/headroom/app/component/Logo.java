package headroom.app.component;

/** A stack under a line: the gap between them is the name. */
public final class Logo extends CanvasRegion {
    public Logo() {
        super("logo");
        setMinSize(24, 24);
        setPrefSize(24, 24);
        setMaxSize(24, 24);
        setAccessibleText("Headroom");
        setMouseTransparent(true);
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        pen.fill("memory-weights", 3, 15, 18, 6);
        pen.fill("memory-activations", 3, 10, 18, 4);
        pen.fill("budget", 3, 3, 18, 2);
    }
}
