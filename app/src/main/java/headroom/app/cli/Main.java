package headroom.app.cli;

import headroom.engine.workbench.LocalWorkbench;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.WorkbenchException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line {@code ./headroom COMMAND}. Without a command it prints its help; the window is started by the launcher. */
@Command(name = "headroom", version = "Headroom 0.1.0", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND",
        header = "See where every byte of training memory goes, before and while a model is fine-tuned.",
        description = {"", "Without a command the window opens. Every command has --help with examples.", ""},
        commandListHeading = "%nCommands:%n",
        footer = {"", "A first tour:",
            "  headroom catalog",
            "  headroom plan --model minilm --data DATASET --method lora",
            "  headroom train --model minilm --data DATASET --method lora --steps 100",
            "  headroom try RUN --text \"a sentence of your own\"",
            "", "Exit codes: 0 success, 1 failure, 2 a command that cannot be understood."})
public final class Main implements Runnable {
    /** Wide enough for the examples: they are copied, so they must not be broken. */
    private static final int HELP_WIDTH = 120;

    @Option(names = "--stacktrace", scope = CommandLine.ScopeType.INHERIT, description = "on failure, print where in the program it happened")
    private boolean stacktrace;

    @Spec
    private CommandSpec spec;

    private final Terminal terminal;

    private Main(Terminal terminal) {
        this.terminal = terminal;
    }

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /**
     * Runs one command on this process's streams.
     *
     * @return 0 on success, 1 on failure, 2 when the command cannot be understood
     */
    public static int run(String[] args) {
        return run(args, Terminal.ofProcess(LocalWorkbench::open));
    }

    static int run(String[] args, Terminal terminal) {
        return commandLine(terminal).execute(args);
    }

    static CommandLine commandLine(Terminal terminal) {
        final Main main = new Main(terminal);
        final CommandLine commands = new CommandLine(main)
                .addSubcommand(new CatalogCommand(terminal)).addSubcommand(new PlanCommand(terminal))
                .addSubcommand(new TrainCommand(terminal)).addSubcommand(new PretrainCommand(terminal))
                .addSubcommand(new RunsCommand(terminal)).addSubcommand(new ShowCommand(terminal))
                .addSubcommand(new ResumeCommand(terminal)).addSubcommand(new CompareCommand(terminal))
                .addSubcommand(new TryCommand(terminal)).addSubcommand(new ExportCommand(terminal))
                .addSubcommand(new CorpusCommand(terminal)).addSubcommand(new ClaimsCommand(terminal))
                .addSubcommand(new WeightsCommand(terminal));
        commands.setUsageHelpWidth(HELP_WIDTH);
        commands.setOut(new PrintWriter(terminal.out(), true));
        commands.setErr(new PrintWriter(terminal.err(), true));
        commands.setAbbreviatedOptionsAllowed(false);
        commands.setParameterExceptionHandler((wrong, given) -> main.misunderstood(wrong));
        commands.setExecutionExceptionHandler((failure, command, parsed) -> main.failed(failure));
        return commands;
    }

    @Override
    public void run() {
        spec.commandLine().usage(terminal.out());
    }

    private int misunderstood(ParameterException wrong) {
        final CommandLine command = wrong.getCommandLine();
        terminal.err().println("error: " + wrong.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(wrong, command.getErr())) {
            terminal.err().println("do:    " + command.getCommandSpec().qualifiedName() + " --help shows what can be said here.");
        }
        return CommandLine.ExitCode.USAGE;
    }

    private int failed(Exception failure) {
        final Problem problem = switch (failure) {
            case WorkbenchException known -> known.problem();
            case CancellationException _ -> Problem.of("Stopped before it was done.", "Nothing was changed.");
            default -> Problem.of("Something failed that should not: " + failure + ".",
                    "Stored runs and their checkpoints are untouched.",
                    "Repeat the command with --stacktrace and report what it prints.");
        };
        print(terminal.err(), problem);
        if (stacktrace) {
            failure.printStackTrace(terminal.err());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** What happened, what is safe, what to do. */
    static void print(PrintStream err, Problem problem) {
        err.println("error: " + problem.what());
        if (!problem.safe().isEmpty()) {
            err.println("safe:  " + problem.safe());
        }
        problem.todo().forEach(todo -> err.println("do:    " + todo));
    }
}
