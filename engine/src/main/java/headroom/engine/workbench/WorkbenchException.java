package headroom.engine.workbench;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A request that could not be met; {@link #problem()} is fit for a person to read. */
public final class WorkbenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Problem problem;

    public WorkbenchException(Problem problem) {
        super(problem.what());
        this.problem = problem;
    }

    /** Wraps what another room threw; its message is kept as what happened and its trace as details. */
    public WorkbenchException(Problem problem, Throwable cause) {
        super(problem.what(), cause);
        this.problem = problem.details().isEmpty()
                ? new Problem(problem.what(), problem.safe(), problem.todo(), trace(cause)) : problem;
    }

    public Problem problem() {
        return problem;
    }

    private static String trace(Throwable cause) {
        return cause + Arrays.stream(cause.getStackTrace()).map(frame -> "\n  at " + frame).collect(Collectors.joining());
    }
}
