package headroom.engine.data;

/**
 * Several texts in each row of a batch.
 *
 * @param slots texts that a row can hold, S
 * @param texts [B, T] number of each token's text within its row, from 0, and -1 where there is none; the tokens of a text follow each other
 * @param positions [B, T] place of each token within its text
 */
public record Packing(int slots, int[] texts, int[] positions) {}
