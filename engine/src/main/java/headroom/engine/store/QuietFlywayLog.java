package headroom.engine.store;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flyway tells every start what it did not have to do; only its warnings and errors are worth a line. Public because Flyway makes one of it
 * by its name.
 */
public final class QuietFlywayLog implements LogCreator {
    public QuietFlywayLog() {}

    @Override
    public Log createLogger(Class<?> speaker) {
        return new Quiet(LoggerFactory.getLogger(speaker));
    }

    private record Quiet(Logger log) implements Log {
        @Override
        public void debug(String message) {
            log.trace(message);
        }

        @Override
        public void info(String message) {
            log.trace(message);
        }

        @Override
        public void notice(String message) {
            log.trace(message);
        }

        @Override
        public void warn(String message) {
            log.warn(message);
        }

        @Override
        public void error(String message) {
            log.error(message);
        }

        @Override
        public void error(String message, Exception cause) {
            log.error(message, cause);
        }
    }
}
