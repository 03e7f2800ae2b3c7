/**
 * Files in and out: safetensors, ONNX initialisers, Hugging Face folders and PEFT adapters.
 *
 * <p>Nothing here knows a model: tensors are names, dtypes, shapes and bytes. Whatever is read is treated as hostile; a file
 * that is not what it claims to be ends in a {@link headroom.engine.exchange.FormatException}, never in a crash.
 */
package headroom.engine.exchange;
