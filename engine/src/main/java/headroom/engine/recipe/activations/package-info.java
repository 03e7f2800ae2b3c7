/** The activations slot at work: in which form and where the tape's saves are kept. Checkpoints and reversible streams are stack drivers and live with the tape. */
package headroom.engine.recipe.activations;
