/**
 * The command line. It asks only {@link headroom.engine.workbench.Workbench}, as the window does.
 *
 * <p>Results go to standard output, messages and progress to the error stream. With {@code --json -} nothing but JSON goes to standard
 * output. Exit codes: 0 success, 1 failure, 2 a command that cannot be understood.
 */
package headroom.app.cli;
