/**
 * Experiments in an embedded H2 file, {@code experiments.mv.db} in the home folder: runs and their states, steps, evaluations, memory,
 * events, checkpoints, and the settings of the window. Plain SQL over records; JSON goes in and comes out as text.
 *
 * <p>Start at {@link headroom.engine.store.ExperimentStore}. Tables stand in {@code headroom/db/migration}, one script per version.
 */
package headroom.engine.store;
