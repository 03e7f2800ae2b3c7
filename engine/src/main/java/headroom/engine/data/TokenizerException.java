package headroom.engine.data;

/** A tokenizer file cannot be used; the message names the file, what was found, what was expected and what to do. */
public final class TokenizerException extends RuntimeException {
    public TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
