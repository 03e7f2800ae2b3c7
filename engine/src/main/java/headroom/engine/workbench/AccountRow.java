package headroom.engine.workbench;

import headroom.engine.memory.Category;

/**
 * One account of the ledger, or several equal ones folded together ({@code decoder.0 … 15 mlp.gate}).
 *
 * @param count how many accounts the row stands for
 * @param what the kernel or role that asked for it
 * @param bytes of all of them
 * @param host held in main memory on purpose
 * @param why it is held, in words
 */
public record AccountRow(Category category, String owner, int count, String what, long bytes, boolean host, String why) {}
