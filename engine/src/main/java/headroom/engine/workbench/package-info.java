/**
 * The facade that the window and the command line share: everything a person can ask of the engine, as immutable records.
 *
 * <p>Names tell units: {@code …Bytes} are bytes, {@code …Seconds} seconds, {@code …Parameters} counts of numbers. Nothing here knows
 * JavaFX, a terminal or JSON. Start at {@link headroom.engine.workbench.Workbench}.
 */
package headroom.engine.workbench;
