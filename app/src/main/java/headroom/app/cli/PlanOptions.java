package headroom.app.cli;

import headroom.engine.workbench.ColumnChoice;
import headroom.engine.workbench.PlanRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that {@code plan} and {@code train} share. */
final class PlanOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "ID|PATH",
            description = "model of the catalog, or a folder with config.json and safetensors")
    private String model;

    @Option(names = "--data", paramLabel = "ID|FILE", description = "dataset of the catalog, or a CSV, TSV, JSON Lines or text file")
    private String data;

    @Option(names = "--method", paramLabel = "ID", defaultValue = "full",
            description = "method of the catalog (default: full)")
    private String method;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a setting of the method or the run; may be repeated. `headroom catalog methods` lists them")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--batch", paramLabel = "N", description = "rows per micro-batch")
    private Integer batch;

    @Option(names = "--length", paramLabel = "N", description = "tokens per row at most")
    private Integer length;

    @Option(names = "--budget", paramLabel = "SIZE", converter = ByteSize.class,
            description = "pretend there is this much memory: 8GiB, 512MiB, 8GB (default: what the machine has)")
    private Long budget;

    @Option(names = "--text", paramLabel = "COL", split = ",",
            description = "text column: header name or 1-based number; several separated by commas")
    private List<String> text = List.of();

    @Option(names = "--label", paramLabel = "COL", description = "label column: header name or 1-based number")
    private String label;

    PlanRequest request(boolean dataNeeded) {
        if (data == null && dataNeeded) {
            throw wrong("--data is missing: name a dataset of the catalog or a file");
        }
        if (data == null && (batch == null || length == null)) {
            throw wrong("without --data both --batch and --length are needed, because nothing else tells the size of a batch");
        }
        atLeastOne("--batch", batch);
        atLeastOne("--length", length);
        if (settings.keySet().stream().anyMatch(String::isBlank)) {
            throw wrong("--set needs KEY=VALUE");
        }
        return new PlanRequest(model, Optional.ofNullable(data), columns(), method, settings, optional(batch), optional(length),
                budget == null ? OptionalLong.empty() : OptionalLong.of(budget));
    }

    private ColumnChoice columns() {
        return new ColumnChoice(text.stream().map(String::strip).toList(), Optional.ofNullable(label).map(String::strip));
    }

    void atLeastOne(String option, Integer value) {
        if (value != null && value < 1) {
            throw wrong(option + " must be at least 1, not " + value);
        }
    }

    ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    static OptionalInt optional(Integer value) {
        return Stream.ofNullable(value).mapToInt(Integer::intValue).findFirst();
    }
}
