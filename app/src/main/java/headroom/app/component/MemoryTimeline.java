package headroom.app.component;

import headroom.engine.memory.Category;
import headroom.engine.workbench.MemoryInstant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.ScrollEvent;

/**
 * Memory by category through a step (places are operations) or through the last seconds of a run (places are seconds). What is booked is
 * filled, a plan is dashed, the budget is a two-pixel line and the gap below it is named. Per pixel column the highest instant is drawn
 * and a light line marks how low it went. Arrows move a crosshair instant by instant, + and − zoom, 0 shows everything.
 */
public final class MemoryTimeline extends CanvasRegion implements Tabular {
    private static final double DIM = 0.38;

    private Bookings bookings = Bookings.NONE;
    private boolean inTime;
    private List<Overlay> overlays = List.of();
    private OptionalLong budgetBytes = OptionalLong.empty();
    private OptionalLong planBytes = OptionalLong.empty();
    private String name = "Memory of one step";
    private boolean peakNamed = true;
    private boolean headroomNamed;
    private Category lit;
    private double windowFrom = Double.NaN;
    private double windowTo = Double.NaN;
    private int cross = -1;
    private Consumer<MemoryInstant> heard = instant -> { };
    private Consumer<double[]> windowHeard = window -> { };
    private TimelinePicture picture;

    public MemoryTimeline() {
        super("memory-timeline");
        setMinSize(200, 120);
        setPrefSize(720, 260);
        takeKeys(this::keys);
        setOnMouseMoved(event -> moveTo(picture == null ? -1 : bookings.holding(picture.axes().x(event.getX()))));
        setOnMouseExited(event -> moveTo(-1));
        setOnScroll(this::scroll);
        describe();
    }

    /** Another plan or run over the same step, drawn as a line. @param run index for colour and dash */
    public record Overlay(String label, int run, List<MemoryInstant> instants, long outsideBytes) {}

    /** Memory through one step: places are the numbers of the operations. */
    public MemoryTimeline showStep(List<MemoryInstant> instants, long outsideBytes) {
        return show(new Bookings(instants, outsideBytes, false), false);
    }

    /** Memory over time: places are seconds of the run, the newest at the right. */
    public MemoryTimeline showLive(List<MemoryInstant> instants, long outsideBytes) {
        return show(new Bookings(instants, outsideBytes, true), true);
    }

    private MemoryTimeline show(Bookings shown, boolean time) {
        bookings = shown;
        inTime = time;
        cross = Math.min(cross, shown.size() - 1);
        return changed();
    }

    public MemoryTimeline setOverlays(List<Overlay> shown) {
        overlays = List.copyOf(shown);
        return changed();
    }

    public MemoryTimeline setBudget(long bytes) {
        budgetBytes = bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
        return changed();
    }

    /** The planned peak, dashed. */
    public MemoryTimeline setPlan(OptionalLong bytes) {
        planBytes = bytes;
        return changed();
    }

    /** @param title spoken first; @param peak whether the highest instant is called out; @param headroom whether the gap is measured */
    public MemoryTimeline setNaming(String title, boolean peak, boolean headroom) {
        name = title;
        peakNamed = peak;
        headroomNamed = headroom;
        return changed();
    }

    /** Shows places from {@code from} to {@code to}; NaN shows everything. */
    public MemoryTimeline setWindow(double from, double to) {
        windowFrom = from;
        windowTo = to;
        return changed();
    }

    /** Lights one category and fades the others; null lights all. */
    public void light(Category category) {
        lit = category;
        invalidate();
    }

    /** @param listener gets the instant under the crosshair, null when it leaves */
    public void onInstant(Consumer<MemoryInstant> listener) {
        heard = listener;
    }

    /** @param listener gets {from, to} when keys or wheel changed the window */
    public void onWindow(Consumer<double[]> listener) {
        windowHeard = listener;
    }

    /** One row per booking, in bytes. */
    @Override
    public Figures figures() {
        final List<String> columns = new ArrayList<>(List.of(inTime ? "seconds" : "operation", "step", "phase", "op", "owner", "total"));
        for (final Category category : Category.values()) {
            columns.add(MemoryStack.name(category).toLowerCase(Locale.ROOT));
        }
        final List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < bookings.size(); i++) {
            final MemoryInstant instant = bookings.at(i);
            final List<String> row = new ArrayList<>(List.of(inTime ? String.valueOf(instant.seconds()) : String.valueOf(instant.index()),
                    String.valueOf(instant.step()), instant.phase(), instant.op(), instant.owner(), String.valueOf(bookings.total(i))));
            for (final Category category : Category.values()) {
                row.add(String.valueOf(instant.bytes().get(category)));
            }
            rows.add(row);
        }
        return new Figures(name, columns, rows);
    }

    private MemoryTimeline changed() {
        describe();
        invalidate();
        return this;
    }

    private double from() {
        return Double.isNaN(windowFrom) ? (bookings.size() == 0 ? 0 : bookings.x(0)) : windowFrom;
    }

    private double to() {
        return Double.isNaN(windowTo) ? bookings.end() : windowTo;
    }

    @Override
    protected void draw(Pen pen, double width, double height) {
        long most = planBytes.orElse(0);
        for (final Overlay overlay : overlays) {
            most = Math.max(most, overlay.instants().stream().mapToLong(i -> i.bytes().totalBytes()).max().orElse(0) + overlay.outsideBytes());
        }
        final int peak = bookings.peak();
        most = Math.max(most, peak < 0 ? 0 : bookings.total(peak));
        picture = new TimelinePicture(pen, TimelinePicture.axes(from(), to(), most, budgetBytes, width, height, !inTime), bookings, budgetBytes, lit, DIM);
        picture.rows();
        picture.stack();
        if (!inTime) {
            picture.phases();
            overlays.forEach(picture::overlay);
        }
        planBytes.ifPresent(picture::plan);
        picture.budget(headroomNamed ? OptionalLong.of(most) : OptionalLong.empty());
        if (peakNamed && peak >= 0) {
            picture.peak(peak);
        }
        picture.columns(inTime);
    }

    @Override
    protected void drawAbove(Pen pen, double width, double height) {
        if (picture == null || cross < 0 || cross >= bookings.size()) {
            return;
        }
        final MemoryInstant instant = bookings.at(cross);
        picture.cross(pen, bookings.x(cross) + (inTime ? 0 : 0.5), label(instant), width);
    }

    private String label(MemoryInstant instant) {
        final String place = inTime ? "step " + Units.count(instant.step()) : "op " + Units.count(instant.index());
        return place + " · " + Units.memory(bookings.total(cross)) + " · " + (instant.owner().isEmpty() ? instant.op() : instant.owner());
    }

    private void keys(KeyEvent event) {
        final int by = event.isShiftDown() ? 10 : 1;
        final int last = bookings.size() - 1;
        switch (event.getCode()) {
            case LEFT -> moveTo(Math.max(0, (cross < 0 ? last + 1 : cross) - by));
            case RIGHT -> moveTo(Math.min(last, (cross < 0 ? last : cross) + by));
            case HOME -> moveTo(last < 0 ? -1 : 0);
            case END -> moveTo(last);
            case PLUS, ADD, EQUALS -> zoom(0.5, centre());
            case MINUS, SUBTRACT -> zoom(2, centre());
            case DIGIT0, NUMPAD0 -> window(Double.NaN, Double.NaN);
            default -> {
                return;
            }
        }
        event.consume();
    }

    private double centre() {
        return cross >= 0 ? bookings.x(cross) : (from() + to()) / 2;
    }

    private void scroll(ScrollEvent event) {
        if (picture != null && event.isControlDown()) {
            zoom(event.getDeltaY() > 0 ? 0.8 : 1.25, picture.axes().x(event.getX()));
            event.consume();
        }
    }

    private void zoom(double factor, double around) {
        final double whole = bookings.end() - (bookings.size() == 0 ? 0 : bookings.x(0));
        final double span = (to() - from()) * factor;
        if (span >= whole) {
            window(Double.NaN, Double.NaN);
        } else {
            final double from = Math.max(bookings.x(0), Math.min(bookings.end() - span, around - (around - from()) * factor));
            window(from, from + span);
        }
    }

    private void window(double from, double to) {
        setWindow(from, to);
        windowHeard.accept(new double[] {from, to});
    }

    private void moveTo(int instant) {
        cross = instant;
        heard.accept(instant < 0 || instant >= bookings.size() ? null : bookings.at(instant));
        describe();
        invalidateAbove();
    }

    private void describe() {
        final int peak = bookings.peak();
        if (peak < 0) {
            setAccessibleText(name + ". No data yet.");
        } else if (cross >= 0 && cross < bookings.size()) {
            setAccessibleText(label(bookings.at(cross)) + "; " + new MemoryStack(0, bookings.at(cross).bytes()).inWords() + ".");
        } else {
            final MemoryInstant instant = bookings.at(peak);
            setAccessibleText(name + ". Peak " + Units.memory(bookings.total(peak))
                    + (budgetBytes.isPresent() ? " of " + Units.memory(budgetBytes.getAsLong()) : "") + " at " + instant.op() + " " + instant.phase() + "; "
                    + new MemoryStack(0, instant.bytes()).inWords() + ".");
        }
    }
}
