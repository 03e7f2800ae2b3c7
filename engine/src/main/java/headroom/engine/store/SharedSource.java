package headroom.engine.store;

import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.MVStoreException;
import org.slf4j.LoggerFactory;

/**
 * Connections to a file that processes share. The process that served it may be killed at any time and the next connection then opens the file
 * here; so each one first sees to it that nothing which the killed one has promised is passed over.
 */
final class SharedSource implements DataSource {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(SharedSource.class);

    private final DatabaseFile file;
    private final JdbcDataSource source;

    SharedSource(DatabaseFile file, JdbcDataSource source) {
        this.file = file;
        this.source = source;
    }

    @Override
    public synchronized Connection getConnection() throws SQLException {
        try {
            if (file.heldByNobody() && FileChunks.bringBack(file.path())) {
                LOG.info("the experiments in {} were not closed in order; what was promised is there", file.path());
            }
        } catch (MVStoreException | IOException unreadable) {
            // held by another process, or damaged: opening it waits for the first and tells the second
            LOG.debug("{} cannot be looked at", file.path(), unreadable);
        }
        return source.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the file has one user");
    }

    @Override
    public PrintWriter getLogWriter() {
        return source.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) {
        source.setLogWriter(writer);
    }

    @Override
    public void setLoginTimeout(int seconds) {
        source.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return source.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("this program logs through SLF4J");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
