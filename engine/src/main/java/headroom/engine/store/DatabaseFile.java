package headroom.engine.store;

import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/**
 * The file of the experiments before it is opened: whether it can be, and bringing its tables up to date.
 *
 * <p>Opening a file with H2 changes it. So a file nobody has open is first looked at without writing; only one that is sound and not newer
 * than this program is opened for good. A damaged file is copied and left as it is. A file that another process of this machine has open is
 * shared with it: the first process serves the others on the loopback interface (H2's automatic mixed mode).
 */
final class DatabaseFile {
    static final String SCRIPTS = "classpath:headroom/db/migration";
    /** A lock file this young may belong to a process that is just opening the file. */
    private static final int LOCK_SETTLES_MILLIS = 3_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    static {
        // the serving process would listen on every interface otherwise; read once, when H2 starts
        if (System.getProperty("h2.bindAddress") == null) {
            System.setProperty("h2.bindAddress", "127.0.0.1");
        }
    }

    private final Path base;
    private final Path path;
    /** H2 keeps it while a process has the file open; a killed one leaves it. */
    private final Path lock;
    private final String[] scripts;

    DatabaseFile(Path home, String... scripts) {
        this.base = home.toAbsolutePath().normalize().resolve("experiments");
        this.path = base.resolveSibling("experiments.mv.db");
        this.lock = base.resolveSibling("experiments.lock.db");
        this.scripts = scripts;
    }

    Path path() {
        return path;
    }

    /** Connects to the file, or to the process that has it open. */
    DataSource shared() {
        return new SharedSource(this, source(base, ";AUTO_SERVER=TRUE;LOCK_TIMEOUT=10000"));
    }

    /** Whether the file is there and no living process, this one included, has it open. */
    boolean heldByNobody() throws IOException {
        return Files.exists(path) && !served();
    }

    /**
     * Everything there is to check and to migrate.
     *
     * @return a connection that keeps the file open until the caller has its own: opening is what costs
     */
    Connection prepare() {
        if (base.toString().contains(";")) {
            throw new StoreException("The home folder " + base.getParent() + " has a semicolon in its name, which H2 cannot open.",
                    "Nothing was changed.", "Choose another folder with --home.");
        }
        try {
            Files.createDirectories(base.getParent());
            if (heldByNobody()) {
                inspect();
            }
        } catch (IOException failed) {
            throw new StoreException("The home folder " + base.getParent() + " cannot be used: " + failed + ".", "Nothing was changed.",
                    "Make the folder writable, or choose another one with --home.", failed);
        }
        return migrate();
    }

    private void inspect() throws IOException {
        try {
            FileChunks.requireComplete(path);
            refuseNewer(source(base, ";ACCESS_MODE_DATA=r;IFEXISTS=TRUE;FILE_LOCK=NO"));
            return;
        } catch (SQLException | FlywayException | MVStoreException unreadable) {
            if (heldByAnother(unreadable)) {
                return;
            }
            if (newerFormat(unreadable)) {
                throw newer("its file format is newer than this program's", unreadable);
            }
        }
        // A killed process leaves work that H2 must roll back, which it cannot do without writing: let it try on a copy.
        final String name = copyName();
        final Path copy = base.resolveSibling(name + ".mv.db");
        Files.copy(path, copy);
        try {
            FileChunks.requireComplete(copy);
            refuseNewer(source(base.resolveSibling(name), ";IFEXISTS=TRUE"));
            Files.delete(copy);
        } catch (StoreException newer) {
            Files.delete(copy);
            throw newer;
        } catch (SQLException | FlywayException | MVStoreException damaged) {
            throw damaged(copy, Database.innermost(damaged), damaged);
        }
    }

    private static String copyName() {
        return "experiments-copy-" + STAMP.format(Instant.now());
    }

    private StoreException damaged(Path copy, String how, Throwable cause) throws IOException {
        // where H2 has tried to read the copy it may have written to it
        Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
        return new StoreException("The experiments in " + path + " cannot be read, the file is damaged: " + how + ".",
                "The file was left as it is and copied to " + copy.getFileName() + " beside it; models, data sets and the"
                + " checkpoints of all runs are separate files and are not affected.",
                "Put back an older copy of the file, or move it out of the folder to begin with an empty list of experiments.", cause);
    }

    private Connection migrate() {
        final DataSource source = shared();
        Connection open = null;
        try {
            open = patiently(source);
            refuseNewer(source);
            final Flyway flyway = flyway(source);
            final Optional<String> from = Optional.ofNullable(flyway.info().current()).map(now -> now.getVersion().toString());
            if (from.isPresent() && flyway.info().pending().length > 0) {
                backUp(source, from.get());
            }
            flyway.migrate();
            return open;
        } catch (SQLException | FlywayException | StoreException failed) {
            close(open, failed);
            if (failed instanceof StoreException refused) {
                throw refused;
            }
            if (heldByAnother(failed)) {
                throw new StoreException("The experiments in " + path + " are in use by another program that does not share them.",
                        "Nothing was changed.", "Close the other program, or choose another folder with --home.", failed);
            }
            throw new StoreException("The experiments in " + path + " cannot be opened: " + Database.innermost(failed) + ".",
                    "What was stored is kept.",
                    "Check that the folder is writable and the disk is not full, or choose another folder with --home.", failed);
        }
    }

    /** Opens; another process that is just looking at the file, opening or closing it is waited for. */
    private static Connection patiently(DataSource source) throws SQLException {
        final long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return source.getConnection();
            } catch (SQLException failed) {
                if (!heldByAnother(failed) || System.nanoTime() > end) {
                    throw failed;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new StoreException("Opening the experiments was interrupted while another process was opening them.",
                    "Nothing was changed.", "Try again.", stopped);
        }
    }

    private static void close(Connection open, Exception failed) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (SQLException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    /** Tables are about to be changed by a newer program: the older state stays beside them. */
    private void backUp(DataSource source, String version) throws SQLException {
        final Path target = base.resolveSibling("experiments-version-" + version + "-" + STAMP.format(Instant.now()) + ".zip");
        try (Connection connection = source.getConnection(); var statement = connection.prepareStatement("backup to ?")) {
            statement.setString(1, target.toString());
            statement.execute();
        }
    }

    private void refuseNewer(DataSource source) throws SQLException {
        final MigrationInfo[] all;
        try (Connection _ = source.getConnection()) {
            all = flyway(source).info().all();
        }
        final String unknown = Arrays.stream(all)
                .filter(step -> step.getState() == MigrationState.FUTURE_SUCCESS || step.getState() == MigrationState.FUTURE_FAILED)
                .map(step -> step.getVersion().toString()).reduce((earlier, later) -> later).orElse(null);
        if (unknown != null) {
            final String known = Arrays.stream(all).filter(step -> step.getState().isResolved())
                    .map(step -> step.getVersion().toString()).reduce((earlier, later) -> later).orElse("none");
            throw newer("its tables are version " + unknown + ", this program knows versions up to " + known, null);
        }
    }

    private StoreException newer(String how, Throwable cause) {
        return new StoreException("The experiments in " + path + " were written by a newer Headroom: " + how + ".",
                "Nothing was changed.", "Open them with the newer program, or choose another folder with --home.", cause);
    }

    /** Whether a living process has the file open and serves it; one that is just opening or closing it is waited for. */
    private boolean served() throws IOException {
        while (true) {
            final FileTime written;
            final Properties entries = new Properties();
            try (Reader text = Files.newBufferedReader(lock)) {
                written = Files.getLastModifiedTime(lock);
                entries.load(text);
            } catch (NoSuchFileException closed) {
                return false;
            }
            final String address = entries.getProperty("server");
            if (address != null) {
                return answers(address);
            }
            if (System.currentTimeMillis() - written.toMillis() > LOCK_SETTLES_MILLIS) {
                return false;
            }
            pause();
        }
    }

    private static boolean answers(String address) {
        final int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))), 500);
            return true;
        } catch (IOException | RuntimeException silent) {
            return false;
        }
    }

    private Flyway flyway(DataSource source) {
        return Flyway.configure().dataSource(source).locations(scripts)
                .loggers(QuietFlywayLog.class.getName()).validateMigrationNaming(true).load();
    }

    private static JdbcDataSource source(Path base, String settings) {
        final JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:file:" + base + ";TRACE_LEVEL_FILE=0" + settings);
        source.setUser("headroom");
        source.setPassword("");
        return source;
    }

    private static boolean heldByAnother(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof MVStoreException store && store.getErrorCode() == DataUtils.ERROR_FILE_LOCKED
                    || cause instanceof SQLException sql && sql.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
                return true;
            }
        }
        return false;
    }

    private static boolean newerFormat(Throwable failed) {
        return code(failed) == ErrorCode.FILE_VERSION_ERROR_1 || Database.innermost(failed).contains("larger than the supported format");
    }

    private static int code(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql.getErrorCode();
            }
        }
        return 0;
    }
}
