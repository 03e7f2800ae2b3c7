/**
 * Datasets and how they reach a model: readers of real files that name every bad row, tokenizers, batches with a position that can be saved, and the generator of the sample
 * corpus. Pure host code: arrays of ints come out, the engine books and uploads them.
 */
package headroom.engine.data;
