package headroom.tests.bench;

import headroom.tests.peers.Workload;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Headroom beside libtorch's own autograd: every workload on both sides, each with the system's allocator and with the one that the launcher preloads, in turns, each in a
 * process of its own with the flags of the product. Prints the tables of docs/performance.md as Markdown, and fails if the two sides do not have the same first loss.
 *
 * <p>{@code mvn -pl tests -am -Prate -DskipTests verify -Drate.main=headroom.tests.bench.Versus [-Drate.args="1 10 minilm-f32,decoder-full"]}
 */
public final class Versus {
    private static final List<String> SIDES = List.of("own", "peer");
    private static final String JEMALLOC = "libjemalloc.so.2";
    /** As the launcher sets it (decision 0002). */
    private static final String MALLOC_CONF = "dirty_decay_ms:5000,muzzy_decay_ms:0,oversize_threshold:0";
    private static final int LEAST_ARGUMENTS = 3;

    private record Cell(String workload, String side, String allocator) {}

    private Versus() {}

    /** @param args rounds, seconds that each process measures for, workloads with commas between (all), then rows and length in place of the workloads' own */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        String seconds = args.length > 1 ? args[1] : "10";
        List<Workload> workloads = args.length > 2 && !args[2].equals("all") ? Arrays.stream(args[2].split(",")).map(Workload::named).toList() : Workload.compared();
        List<String> size = args.length > LEAST_ARGUMENTS + 1 ? List.of(args[LEAST_ARGUMENTS], args[LEAST_ARGUMENTS + 1]) : List.of();
        Path library = jemalloc();
        if (library == null) {
            System.out.println(JEMALLOC + " is not on this machine, so both sides run with the system's allocator only");
        }
        Map<Cell, List<Measurement>> cells = new LinkedHashMap<>();
        Map<Cell, Measurement> medians = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        List<String> different = new ArrayList<>();
        header();
        for (Workload w : workloads) {
            for (int round = 0; round < rounds; round++) {
                for (Path allocator : library == null ? Arrays.asList((Path) null) : Arrays.asList(null, library)) {
                    for (String side : SIDES) {
                        try {
                            Measurement m = child(w, side, allocator, seconds, size);
                            System.err.println(m.toJson());
                            cells.computeIfAbsent(new Cell(w.id(), side, m.allocator()), c -> new ArrayList<>()).add(m);
                        } catch (IllegalStateException e) {
                            // the others are worth having
                            System.err.println(e.getMessage());
                            failures.add(w.id() + " " + side);
                        }
                    }
                }
            }
            cells.forEach((cell, all) -> medians.put(cell, Measurement.median(all)));
            rows(w, medians, different);
        }
        details(workloads, medians);
        failures.addAll(different);
        if (!failures.isEmpty()) {
            throw new IllegalStateException("not measured, or not the same work: " + failures);
        }
    }

    private static Measurement child(Workload w, String side, Path allocator, String seconds, List<String> size) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TrainingRate.class.getName(), side, w.id(), seconds));
        command.addAll(size);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("LD_PRELOAD");
        builder.environment().remove("MALLOC_CONF");
        if (allocator != null) {
            builder.environment().put("LD_PRELOAD", allocator.toString());
            builder.environment().put("MALLOC_CONF", MALLOC_CONF);
        }
        Process p = builder.start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (p.waitFor() != 0) {
            throw new IllegalStateException("the measured process " + w.id() + " " + side + " ended with " + p.exitValue() + ":\n" + out);
        }
        return out.lines().filter(l -> l.startsWith(TrainingRate.RESULT)).map(l -> Measurement.fromJson(l.substring(TrainingRate.RESULT.length()))).findFirst()
                .orElseThrow(() -> new IllegalStateException(out));
    }

    private static Path jemalloc() throws IOException {
        for (Path folder : List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"), Path.of("/usr/local/lib"))) {
            if (Files.isRegularFile(folder.resolve(JEMALLOC))) {
                return folder.resolve(JEMALLOC);
            }
        }
        if (Files.isDirectory(Path.of("/usr/lib"))) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
                for (Path folder : folders) {
                    if (Files.isRegularFile(folder.resolve(JEMALLOC))) {
                        return folder.resolve(JEMALLOC);
                    }
                }
            }
        }
        return null;
    }

    private static void header() {
        line("| workload | allocator | Headroom tokens/s | share of the product rate | peer tokens/s | its share | speed | Headroom process, growth | peer process, growth | process | growth | first losses |");
        line("|---|---|---|---|---|---|---|---|---|---|---|---|");
    }

    private static void rows(Workload w, Map<Cell, Measurement> all, List<String> different) {
        for (String allocator : List.of("system", "jemalloc")) {
            row(w, allocator + " on both", all.get(new Cell(w.id(), "own", allocator)), all.get(new Cell(w.id(), "peer", allocator)), different);
        }
        row(w, "each as installed", all.get(new Cell(w.id(), "own", "jemalloc")), all.get(new Cell(w.id(), "peer", "system")), different);
    }

    private static void details(List<Workload> workloads, Map<Cell, Measurement> all) {
        line("");
        line("| workload | side | allocator | steps | product rate, GFLOP/s | ledger peak | arena | libtorch's own share | growth against the books | page faults a step | Java bytes a step | garbage collection |");
        line("|---|---|---|---|---|---|---|---|---|---|---|---|");
        for (Workload w : workloads) {
            all.values().stream().filter(m -> m.workload().equals(w.id())).forEach(m -> line("| %s | %s | %s | %d | %.0f | %s | %s | %s | %s | %,.0f | %,.0f | %.2f %% |", w.title(),
                    m.side().equals("own") ? "Headroom" : "peer", m.allocator(), m.steps(), m.productRate() * 1e-9, m.ledgerPeak() == 0 ? "–" : mib(m.ledgerPeak()),
                    m.arena() == 0 ? "–" : mib(m.arena()), m.arena() == 0 ? "–" : percent("%.1f %%", m.adopted()), m.expected() == 0 ? "–" : percent("%+.1f %%", m.growth() / m.expected() - 1),
                    m.faults(), m.allocated(), 100 * m.collecting()));
        }
    }

    private static void row(Workload w, String allocator, Measurement own, Measurement peer, List<String> different) {
        if (own == null || peer == null) {
            return;
        }
        double tolerance = w.id().endsWith("f32") ? 1e-4 : 1e-2;
        if (!(Math.abs(own.loss() - peer.loss()) <= tolerance * peer.loss())) {
            different.add(w.id() + " with first losses " + own.loss() + " and " + peer.loss());
        }
        line("| %s | %s | %,.0f | %.0f %% | %,.0f | %.0f %% | **%.2f×** | %s, %s | %s, %s | **%.2f×** | %.2f× | %.5f, %.5f |", w.title(), allocator, own.tokensPerSecond(), 100 * own.share(),
                peer.tokensPerSecond(), 100 * peer.share(), own.tokensPerSecond() / peer.tokensPerSecond(), mib(own.processPeak()), mib(own.growth()), mib(peer.processPeak()),
                mib(peer.growth()), own.processPeak() / peer.processPeak(), own.growth() / peer.growth(), own.loss(), peer.loss());
    }

    private static String percent(String format, double share) {
        return String.format(Locale.ROOT, format, 100 * share);
    }

    private static String mib(double bytes) {
        return String.format(Locale.ROOT, "%,.0f MiB", bytes / (1 << 20));
    }

    private static void line(String format, Object... args) {
        System.out.println(args.length == 0 ? format : String.format(Locale.ROOT, format, args));
    }
}
