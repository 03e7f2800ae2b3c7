package headroom.app.component;

import java.util.List;

/**
 * The unit of a memory axis, one for the whole chart: GiB from 1 GiB on, MiB below.
 *
 * @param unit bytes in one of it
 */
record ByteAxis(long unit, String name) {
    static ByteAxis upTo(double bytes) {
        return bytes >= Units.GIB ? new ByteAxis(Units.GIB, "GiB") : bytes >= Units.MIB ? new ByteAxis(Units.MIB, "MiB") : new ByteAxis(1024, "KiB");
    }

    /** Round values in the unit, in bytes, from 0. */
    List<Double> ticks(double bytes, int most) {
        return Axes.ticks(0, bytes / unit, most).stream().map(value -> value * unit).toList();
    }

    String number(double bytes, int places) {
        return Units.decimals(bytes / unit, places);
    }

    int places(List<Double> ticks) {
        return Axes.places(ticks.stream().map(value -> value / unit).toList());
    }
}
