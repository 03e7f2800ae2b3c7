package headroom.engine.workbench;

/**
 * What the ledger held at one instant of a step.
 *
 * @param index number of the operation within the step, from 0
 * @param seconds since the run began; in a plan 0
 * @param step of the run; in a plan 0
 * @param phase {@code forward}, {@code loss}, {@code backward}, {@code update}, {@code evaluate} …
 * @param op the operation, as the code names it
 * @param owner the module at work ({@code decoder.3.attention.q_proj})
 * @param hostBytes held in main memory on purpose (offloaded), stacked apart from the device
 */
public record MemoryInstant(
        int index, double seconds, int step, String phase, String op, String owner, CategoryBytes bytes, long hostBytes) {}
