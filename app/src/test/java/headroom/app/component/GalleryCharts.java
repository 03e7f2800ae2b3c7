package headroom.app.component;

import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.LengthHistogram;
import headroom.engine.workbench.MemoryInstant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** The drawn charts with sample figures. */
final class GalleryCharts {
    private GalleryCharts() {}

    /** One step: activations grow block by block, the loss peaks, the backward pass frees. */
    static List<MemoryInstant> step(double scale) {
        final List<MemoryInstant> out = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            final String phase = i < 100 ? "forward" : i < 112 ? "loss" : i < 228 ? "backward" : "update";
            final double kept = i < 100 ? i * 0.025 : i < 112 ? 2.5 + 1.46 : Math.max(0, (228 - i) * 0.0216);
            final double work = (i % 6) * 0.03 + (i >= 100 && i < 112 ? 0.9 : 0);
            out.add(new MemoryInstant(i, i * 0.0015, 1, phase, i < 112 ? "linear" : "linear_backward", "decoder." + i / 15,
                    new CategoryBytes(Gallery.gib(2.3 * scale), Gallery.gib(0.04), Gallery.gib(i > 112 ? 0.04 : 0), Gallery.gib(0.08), Gallery.gib(kept * scale),
                            Gallery.gib(work * scale), Gallery.gib(0.01)), 0));
        }
        return out;
    }

    static List<MemoryInstant> live() {
        final List<MemoryInstant> one = step(0.5);
        final List<MemoryInstant> out = new ArrayList<>();
        for (int step = 0; step < 8; step++) {
            for (final MemoryInstant i : one) {
                out.add(new MemoryInstant(i.index(), 10 + step * 0.5 + i.index() * 0.002, 300 + step, i.phase(), i.op(), i.owner(), i.bytes(), 0));
            }
        }
        return out;
    }

    static Region memory() {
        final VBox box = Gallery.column();
        box.getChildren().addAll(
                grow(new MemoryTimeline().showStep(step(1), Gallery.gib(0.41)).setBudget(Gallery.gib(8))
                        .setOverlays(List.of(new MemoryTimeline.Overlay("B QLoRA", 1, step(0.6), Gallery.gib(0.41))))),
                grow(new MemoryTimeline().showLive(live(), Gallery.gib(0.41)).setBudget(Gallery.gib(6)).setPlan(OptionalLong.of(Gallery.gib(3.05)))
                        .setNaming("Memory, live", false, true)),
                new RunOverview().show(Points.of(312, i -> i, i -> Gallery.gib(3 + (i % 7) * 0.02)), 520, Gallery.gib(6), List.of(100, 200, 300)),
                grow(new MemoryTimeline().showStep(step(0.1), 0).setBudget(Gallery.gib(24))), grow(new MemoryTimeline().setBudget(Gallery.gib(8))));
        ((RunOverview) box.getChildren().get(2)).setWindow(300, 312);
        return box;
    }

    static Points noisy(int size, double end, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final double[] ys = IntStream.range(0, size).mapToDouble(i -> end + 1.1 * Math.exp(-i / (size * 0.18)) + (random.nextDouble() - 0.5) * 0.12).toArray();
        return Points.of(size, i -> i + 1, i -> ys[i]);
    }

    static Region lines() {
        final VBox box = Gallery.column();
        final Points raw = noisy(312, 0.65, 1);
        final Points evals = Points.of(new double[] {0, 52, 104, 156, 208, 260, 312}, new double[] {1.7, 1.05, 0.85, 0.79, 0.75, 0.72, 0.704});
        final LineChart loss = new LineChart().show(List.of(LineChart.Line.raw(raw), LineChart.Line.eval("eval 0.704", evals),
                LineChart.Line.run("train 0.651", 0, raw.smooth(0.93)))).setXEnd(520).setName("Loss", 96);
        loss.showCrosshair(200);
        final List<LineChart.Line> four = IntStream.range(0, 4).mapToObj(run ->
                LineChart.Line.run(Palette.letter(run) + " 0.7" + run, run, noisy(10_000, 0.66 + run * 0.02, run).smooth(0.98))).toList();
        final LineChart rate = new LineChart().show(List.of(LineChart.Line.run("4,310 now", 0, Points.of(300, i -> i, i -> i % 50 == 49 ? 3100 : 4300 + (i * 7919 % 60)))))
                .setGuides(List.of(new LineChart.Guide("plan 4,280", 4280))).setXEnd(520).setY(OptionalDouble.of(0), OptionalDouble.of(5000)).setName("Throughput", 80);
        box.getChildren().addAll(grow(loss), grow(new LineChart().show(four).setName("Loss of four runs", 72)), grow(rate), grow(new LineChart().setName("Loss", 96)));
        return box;
    }

    static Region run() {
        final VBox box = Gallery.column();
        final double[] kept = {6, 8, 8, 8, 8, 8, 8, 8, 8, 8, 162, 8, 8, 8, 8, 8, 8, 1502};
        final double[] norm = {Double.NaN, .13, .1, .1, .12, .16, .2, .23, .35, .41, .52, .57, .65, .57, .54, .42, .33, Double.NaN};
        final List<String> names = new ArrayList<>(List.of("emb"));
        IntStream.range(0, 16).forEach(i -> names.add(String.valueOf(i)));
        names.add("head");
        final ParetoChart pareto = new ParetoChart().show(List.of(new ParetoChart.Mark(0, "QLoRA", Gallery.gib(4.3), 0.704, 0.006, 988, true),
                new ParetoChart.Mark(1, "MEFT", Gallery.gib(5.5), 0.688, 0.009, 1146, true), new ParetoChart.Mark(2, "LoRA chunked", Gallery.gib(3.48), 0.681, 0.005, 955, true),
                new ParetoChart.Mark(3, "Ladder", Gallery.gib(5.88), 0.742, 0.011, 528, true), new ParetoChart.Mark(4, "E", Gallery.gib(2.5), 0.706, 0.007, 991, false),
                new ParetoChart.Mark(5, "F", Gallery.gib(7.82), 0.68, 0.006, 755, false)), "eval loss", true, Units::loss).setBudget(Gallery.gib(8));
        final Gauge gpu = new Gauge("GPU memory");
        final Gauge cpu = new Gauge("CPU");
        for (int i = 0; i < 60; i++) {
            gpu.show("4.30", "of 11.99 GiB", 0.36 + (i % 5) * 0.02, 0.05, 0.667);
            cpu.show("23", "% of 16 cores", 0.23 + Math.sin(i / 3.0) * 0.05, 0.1, Double.NaN);
        }
        final HBox gauges = new HBox(24, gpu, cpu, new Gauge("Not readable"));
        gauges.getChildren().forEach(node -> HBox.setHgrow(node, Priority.ALWAYS));
        final LengthHistogram lengths = new LengthHistogram("tokens", 16, List.of(3L, 9L, 20L, 34L, 40L, 30L, 18L, 11L, 6L, 3L, 2L, 1L, 1L, 0L, 0L, 1L), 72, 250, 6418);
        box.getChildren().addAll(
                new HeatStrip().show(names, List.of(new HeatStrip.Row("Kept, MiB", kept, v -> Units.decimals(v, 0)), new HeatStrip.Row("Gradient norm", norm, v -> Units.decimals(v, 2)))),
                gauges, new HBox(24, new LengthChart(72, 20).show(lengths), new LengthChart(240, 72, true).show(lengths), new Sparkline(100, 28).show(noisy(400, 0.7, 3))), grow(pareto));
        return box;
    }

    private static Region grow(Region region) {
        VBox.setVgrow(region, Priority.ALWAYS);
        return region;
    }
}
