/** The activations slot at work: in which form and where the tape's saves are kept. Checkpoints are a stack driver and live with the tape. */
package headroom.engine.recipe.activations;
