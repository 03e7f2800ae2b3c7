package headroom.engine.workbench;

import headroom.engine.memory.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A run as one self-contained HTML page, light theme: what the model now says, then charts, then settings. */
final class RunReport {
    private static final double GIB = 1L << 30;
    private static final String STYLE = """
            body{font:13px/20px system-ui,sans-serif;color:#161B22;background:#FFFFFF;margin:24px auto;max-width:960px;padding:0 24px}
            h1{font-size:28px;line-height:32px;font-weight:600}h2{font-size:15px;line-height:24px;font-weight:600;margin-top:32px}
            table{border-collapse:collapse;font-size:12px;line-height:16px}th{font-weight:500;color:#525C6B;text-align:left}
            td,th{padding:4px 24px 4px 0;border-bottom:1px solid #DCE1E8}.n{text-align:right;font-variant-numeric:tabular-nums}
            .swatch{display:inline-block;width:8px;height:8px;margin-right:8px}.muted{color:#525C6B}svg{display:block}
            blockquote{margin:8px 0;padding:8px 16px;background:#F3F5F8}
            """;

    private RunReport() {}

    /** @param samples texts put to base and tuned model; may be empty */
    static void write(RunDetails run, List<TryResult> samples, Path file) throws IOException {
        Files.writeString(file, page(run, samples));
    }

    static String page(RunDetails run, List<TryResult> samples) {
        final RunSummary summary = run.summary();
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escape(summary.title() + ", run " + summary.run())
                + "</title><style>\n" + STYLE + "</style></head><body>\n<h1>" + escape(summary.title()) + "</h1>\n<p class=\"muted\">"
                + escape(text("Run %s, %s on %s with %s, seed %d, %s at step %,d of %,d, %,.1f s, started %s", summary.run(), summary.model(),
                        summary.data(), summary.method(), summary.seed(), summary.state().name().toLowerCase(Locale.ROOT), summary.step(), summary.steps(),
                        summary.seconds(), summary.created()))
                + "</p>\n" + samples.stream().map(RunReport::sample).collect(Collectors.joining()) + loss(run) + memory(run) + evaluations(run)
                + settings(run) + "</body></html>\n";
    }

    private static String sample(TryResult result) {
        return "<h2>Base and tuned</h2>\n<blockquote>" + escape(result.text()) + "</blockquote>\n<table><tr><th></th><th>answer</th><th></th></tr>"
                + answer("base", result.base()) + answer("tuned", result.tuned()) + "</table>\n";
    }

    private static String answer(String side, TryResult.Answer answer) {
        final String labels = answer.labels().stream().map(l -> text("%s %.1f %%", l.text(), l.probability() * 100)).collect(Collectors.joining(", "));
        return "<tr><td>" + side + "</td><td>" + escape(answer.text()) + "</td><td class=\"muted\">" + escape(labels) + "</td></tr>";
    }

    private static String loss(RunDetails run) {
        final StepHistory history = run.history();
        if (history.size() == 0) {
            return "";
        }
        final int last = history.size() - 1;
        return "<h2>Loss</h2>\n" + new Chart(history).svg(run.evals())
                + text("<p class=\"muted\">Line: training loss of every step, %.3f at the end. Rings: evaluation loss.</p>\n", history.loss(last));
    }

    private static String memory(RunDetails run) {
        final RunSummary summary = run.summary();
        final StringBuilder html = new StringBuilder("<h2>Memory at the peak</h2>\n");
        final long scale = Math.max(1, Math.max(summary.budgetBytes() == 0 ? 0 : Math.min(summary.budgetBytes(), 4 * summary.peakBytes()),
                Math.max(summary.peakBytes(), summary.plannedPeakBytes())));
        html.append(bar(run.plannedByCategoryAtPeak(), scale, "plan")).append(bar(summary.byCategoryAtPeak(), scale, "measured"));
        html.append("<table><tr><th></th><th class=\"n\">plan, GiB</th><th class=\"n\">measured, GiB</th><th class=\"n\">residual</th></tr>");
        for (final Category category : Category.values()) {
            row(html, "<span class=\"swatch\" style=\"background:" + colour(category) + "\"></span>" + name(category),
                    run.plannedByCategoryAtPeak().get(category), summary.byCategoryAtPeak().get(category));
        }
        row(html, "all", summary.plannedPeakBytes(), summary.peakBytes());
        return html.append("</table>\n").toString();
    }

    private static void row(StringBuilder html, String name, long plan, long measured) {
        html.append(text("<tr><td>%s</td><td class=\"n\">%.3f</td><td class=\"n\">%.3f</td><td class=\"n\">%,d B</td></tr>", name, plan / GIB, measured / GIB,
                measured - plan));
    }

    private static String bar(CategoryBytes bytes, long scale, String title) {
        final StringBuilder svg = new StringBuilder(text("<svg width=\"880\" height=\"40\" role=\"img\" aria-label=\"%s: %.2f GiB\">", title,
                bytes.totalBytes() / GIB));
        double x = 80;
        svg.append(text("<text x=\"0\" y=\"24\" font-size=\"12\">%s</text>", title));
        for (final Category category : Category.values()) {
            final double width = 780.0 * bytes.get(category) / scale;
            svg.append(text("<rect x=\"%.2f\" y=\"8\" width=\"%.2f\" height=\"24\" fill=\"%s\"><title>%s %,d B</title></rect>", x, width, colour(category),
                    name(category), bytes.get(category)));
            x += width;
        }
        return svg.append("</svg>\n").toString();
    }

    private static String evaluations(RunDetails run) {
        if (run.evals().isEmpty()) {
            return "";
        }
        return "<h2>Evaluations</h2>\n<table><tr><th class=\"n\">step</th><th>on the held-out split</th></tr>" + run.evals().stream()
                .map(e -> "<tr><td class=\"n\">" + e.step() + "</td><td>" + escape(e.metrics().entrySet().stream()
                        .map(m -> text("%s %.4f", m.getKey(), m.getValue())).collect(Collectors.joining(", "))) + "</td></tr>")
                .collect(Collectors.joining()) + "</table>\n";
    }

    private static String settings(RunDetails run) {
        return "<h2>Settings</h2>\n<table>" + run.settings().entrySet().stream().map(RunReport::setting).collect(Collectors.joining())
                + text("<tr><td>trained parameters</td><td class=\"n\">%,d</td></tr>", run.summary().trainedParameters()) + "</table>\n";
    }

    private static String setting(Map.Entry<String, String> setting) {
        return "<tr><td>" + escape(setting.getKey()) + "</td><td class=\"n\">" + escape(setting.getValue()) + "</td></tr>";
    }

    /** The light palette of the window; a page on paper has no theme to ask. */
    private static String colour(Category category) {
        return switch (category) {
            case WEIGHTS -> "#3A649D";
            case ADAPTER -> "#0F9F7F";
            case GRADIENTS -> "#7B6409";
            case OPTIMIZER -> "#3D1D6B";
            case ACTIVATIONS -> "#E67620";
            case WORKSPACE -> "#788399";
            case DATA -> "#772241";
        };
    }

    private static String name(Category category) {
        return category.name().toLowerCase(Locale.ROOT);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /** The loss over steps; of very long runs the lowest and the highest of each pixel column, so that no peak is lost. */
    private static final class Chart {
        private static final int WIDTH = 880;
        private static final int HEIGHT = 240;
        private static final int LEFT = 48;
        private static final int BOTTOM = 24;
        private final StepHistory history;
        private double low = Double.POSITIVE_INFINITY;
        private double high = Double.NEGATIVE_INFINITY;

        private Chart(StepHistory history) {
            this.history = history;
        }

        private String svg(List<Evaluation> evals) {
            for (int i = 0; i < history.size(); i++) {
                reach(history.loss(i));
            }
            evals.forEach(e -> reach(e.metrics().getOrDefault("loss", Double.NaN)));
            if (!(high > low)) {
                high = low + 1;
            }
            final StringBuilder svg = new StringBuilder(text("<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"loss over steps\">", WIDTH, HEIGHT));
            for (int tick = 0; tick <= 4; tick++) {
                final double value = low + (high - low) * tick / 4;
                svg.append(text("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#E9EDF2\"/><text x=\"0\" y=\"%.1f\" font-size=\"11\" fill=\"#525C6B\">%.3f</text>",
                        LEFT, WIDTH, y(value), y(value), y(value) + 4, value));
            }
            svg.append("<polyline fill=\"none\" stroke=\"#161B22\" stroke-width=\"1.5\" points=\"");
            final int stride = Math.max(1, history.size() / 2000);
            for (int i = 0; i < history.size(); i += stride) {
                extremes(svg, i, Math.min(history.size(), i + stride));
            }
            svg.append("\"/>");
            evals.stream().filter(e -> Double.isFinite(e.metrics().getOrDefault("loss", Double.NaN))).forEach(e -> svg.append(
                    text("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#FFFFFF\" stroke=\"#0A5BD0\" stroke-width=\"1.5\"/>", x(e.step()), y(e.metrics().get("loss")))));
            svg.append(text("<text x=\"%d\" y=\"%d\" font-size=\"11\" fill=\"#525C6B\">step %d</text>", LEFT, HEIGHT - 4, history.step(0)));
            return svg.append(text("<text x=\"%d\" y=\"%d\" font-size=\"11\" fill=\"#525C6B\" text-anchor=\"end\">%,d</text></svg>%n", WIDTH, HEIGHT - 4, lastStep()))
                    .toString();
        }

        private void extremes(StringBuilder svg, int from, int to) {
            int lowest = from;
            int highest = from;
            for (int i = from; i < to; i++) {
                lowest = history.loss(i) < history.loss(lowest) ? i : lowest;
                highest = history.loss(i) > history.loss(highest) ? i : highest;
            }
            point(svg, Math.min(lowest, highest));
            if (lowest != highest) {
                point(svg, Math.max(lowest, highest));
            }
        }

        private void point(StringBuilder svg, int i) {
            if (Double.isFinite(history.loss(i))) {
                svg.append(text("%.1f,%.1f ", x(history.step(i)), y(history.loss(i))));
            }
        }

        private void reach(double value) {
            if (Double.isFinite(value)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }

        private int lastStep() {
            return history.step(history.size() - 1);
        }

        private double x(int step) {
            return LEFT + (WIDTH - LEFT - 8.0) * (step - history.step(0)) / Math.max(1, lastStep() - history.step(0));
        }

        private double y(double loss) {
            return 8 + (HEIGHT - BOTTOM - 8.0) * (high - loss) / (high - low);
        }
    }
}
