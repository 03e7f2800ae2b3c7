package headroom.tests.bench;

import headroom.engine.data.Batch;
import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.plan.MemoryPlan;
import headroom.engine.plan.Planner;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long a what-if on a 7B shape takes: load, first step, later steps, evaluation, and the description of the peak. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
public class WhatIfBenchmark {
    @Param({"full", "lora", "qlora", "lisa", "galore", "checkpointing", "mezo"})
    private String method;

    private Recipe recipe;
    private ModelConfig config;

    @Setup
    public void choose() {
        config = ModelShapes.find("llama-7b").orElseThrow().config();
        String compute = method.equals("mezo") ? "f32" : "bf16";
        recipe = Methods.recipe(method, Map.of("compute", compute, "batch", "1", "length", "2048"));
    }

    @Benchmark
    public MemoryPlan plan() {
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        return Planner.plan(new Planner.Request(recipe, maker, new Assembly.Task.LanguageModelling(), new Batch.Shape(1, 2048), new Batch.Shape(1, 2048), 1, 1000));
    }
}
