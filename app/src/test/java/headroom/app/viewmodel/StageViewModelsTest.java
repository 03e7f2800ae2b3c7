package headroom.app.viewmodel;

import static org.assertj.core.api.Assertions.assertThat;

import headroom.engine.workbench.Comparison;
import headroom.engine.workbench.MemoryInstant;
import headroom.engine.workbench.MemoryPlan;
import headroom.engine.workbench.PlanRequest;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.RunRequest;
import headroom.engine.workbench.RunState;
import headroom.engine.workbench.Setting;
import headroom.engine.workbench.Verdict;
import headroom.engine.workbench.WorkbenchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testfx.api.FxToolkit;
import org.testfx.util.WaitForAsyncUtils;

class StageViewModelsTest {
    private final PretendWorkbench pretend = new PretendWorkbench().answer("catalog", args -> PretendWorkbench.catalog())
            .answer("sketch", args -> PretendWorkbench.plan((PlanRequest) args[0])).answer("planNewest", PretendWorkbench::now);
    private Journey journey;
    private CatalogViewModel catalog;

    @BeforeEach
    void start() throws Exception {
        FxToolkit.registerPrimaryStage();
    }

    private void read() throws Exception {
        fx(() -> {
            journey = new Journey();
            catalog = new CatalogViewModel(pretend.workbench(), journey);
            catalog.load();
            return null;
        });
        until(() -> catalog.plannedProperty().get() == 3);
    }

    private static <T> T fx(Callable<T> work) throws Exception {
        return WaitForAsyncUtils.asyncFx(work).get();
    }

    private static void until(Callable<Boolean> holds) throws Exception {
        WaitForAsyncUtils.waitFor(20, TimeUnit.SECONDS, () -> WaitForAsyncUtils.asyncFx(holds).get());
        WaitForAsyncUtils.waitForFxEvents();
    }

    @Test
    void aRunIsDrawnLessOftenWhereItSharesFewCores() {
        assertThat(RunViewModel.pace(2, false)).isEqualTo(8);
        assertThat(RunViewModel.pace(4, false)).isEqualTo(4);
        assertThat(RunViewModel.pace(16, false)).isEqualTo(1);
        assertThat(RunViewModel.pace(2, true)).isEqualTo(1);
        final long period = Beat.NANOS / 8;
        // a tick that comes a little early or late belongs to the period it was meant for
        assertThat(java.util.stream.LongStream.range(0, 16).filter(i -> Beat.falls(i * period + (i % 2 == 0 ? 9_000_000 : -9_000_000), period, 8)).toArray()).containsExactly(0, 8);
        assertThat(Beat.toNext()).isBetween(1L, Beat.NANOS);
    }

    @Test
    void aNewcomerFindsATrainableModelLabelledDataAndLoraChosen() throws Exception {
        read();
        assertThat(journey.modelProperty().get().id()).isEqualTo("minilm");
        assertThat(journey.datasetProperty().get().id()).isEqualTo("reviews");
        assertThat(journey.methodProperty().get().id()).isEqualTo("lora");
        assertThat(catalog.stateProperty().get()).isEqualTo("minilm · reviews");
    }

    @Test
    void methodsAreSortedByTheirPeakAndFilteredByWordsAndBudget() throws Exception {
        read();
        assertThat(catalog.methods()).extracting(row -> row.entry().id()).containsExactly("mezo", "lora", "full");
        fx(() -> {
            journey.budgetBytesProperty().set(500 * PretendWorkbench.MIB);
            return null;
        });
        until(() -> catalog.plannedProperty().get() == 3);
        assertThat(catalog.fitting()).isEqualTo(2);
        fx(() -> {
            catalog.onlyFittingProperty().set(true);
            return null;
        });
        assertThat(catalog.methods()).extracting(row -> row.entry().id()).containsExactly("mezo", "lora");
        fx(() -> {
            catalog.methodSearchProperty().set("title LORA");
            return null;
        });
        assertThat(catalog.methods()).extracting(row -> row.entry().id()).containsExactly("lora");
    }

    @Test
    void aDatasetThatTheModelCannotLearnGivesWayToOneThatItCan() throws Exception {
        read();
        fx(() -> {
            journey.modelProperty().set(journey.catalogProperty().get().model("llama-7b").orElseThrow());
            return null;
        });
        assertThat(journey.datasetProperty().get().id()).isEqualTo("prose");
    }

    @Test
    void aMethodThatCannotBePlannedKeepsItsPlaceAndSaysWhy() throws Exception {
        pretend.answer("sketch", args -> {
            if (((PlanRequest) args[0]).method().equals("mezo")) {
                throw new WorkbenchException(Problem.of("No.", "Nothing.", "Choose another."));
            }
            return PretendWorkbench.plan((PlanRequest) args[0]);
        });
        read();
        assertThat(catalog.methods().getLast().entry().id()).isEqualTo("mezo");
        assertThat(catalog.methods().getLast().problem().orElseThrow().what()).isEqualTo("No.");
    }

    @Test
    void everyWhatIfIsPlannedAndCanBeUndone() throws Exception {
        read();
        final PlanViewModel plan = shownPlan();
        until(() -> plan.planProperty().get() != null);
        final Setting batch = plan.settings().getLast();
        fx(() -> {
            plan.set(batch, "8");
            return null;
        });
        until(() -> !plan.staleProperty().get() && plan.planProperty().get().request().batch().equals(OptionalInt.of(8)));
        assertThat(plan.planProperty().get().peakBytes()).isEqualTo(100 * PretendWorkbench.MIB);
        assertThat(plan.changed(batch)).isTrue();
        assertThat(plan.value(batch)).isEqualTo("8");
        assertThat(plan.twin()).contains("--method lora", "--batch 8");
        fx(() -> {
            plan.undo();
            return null;
        });
        until(() -> !plan.staleProperty().get());
        assertThat(plan.changed(batch)).isFalse();
        assertThat(plan.undoableProperty().get()).isFalse();
    }

    @Test
    void anOlderPlanThatComesLateIsNotShown() throws Exception {
        read();
        final List<CompletableFuture<MemoryPlan>> asked = new ArrayList<>();
        final List<PlanRequest> requests = new ArrayList<>();
        pretend.answer("planNewest", args -> {
            requests.add((PlanRequest) args[1]);
            asked.add(new CompletableFuture<>());
            return asked.getLast();
        });
        final PlanViewModel plan = shownPlan();
        fx(() -> {
            plan.set(plan.settings().getLast(), "8");
            return null;
        });
        asked.get(1).complete(PretendWorkbench.plan(requests.get(1)));
        asked.get(0).complete(PretendWorkbench.plan(requests.get(0)));
        until(() -> plan.planProperty().get() != null);
        assertThat(plan.planProperty().get().request().batch()).hasValue(8);
    }

    @Test
    void adviceThatIsAppliedMayChangeTheMethod() throws Exception {
        read();
        pretend.answer("planNewest", args -> CompletableFuture.completedFuture(PretendWorkbench.plan((PlanRequest) args[1], 10 * PretendWorkbench.MIB, List.of())));
        final PlanViewModel plan = shownPlan();
        until(() -> plan.planProperty().get() != null);
        fx(() -> {
            plan.apply(PretendWorkbench.plan(plan.requestProperty().get().withMethod("mezo")).advice().getFirst());
            return null;
        });
        assertThat(journey.methodProperty().get().id()).isEqualTo("mezo");
        assertThat(plan.requestProperty().get().batch()).hasValue(16);
    }

    @Test
    void theVerdictSaysNeedBandBudgetAndWhatMakesItSafe() {
        final PlanRequest request = PlanRequest.of("minilm", "reviews", "lora").withBudget(300 * PretendWorkbench.MIB);
        final MemoryPlan over = PretendWorkbench.plan(request);
        assertThat(over.verdict()).isEqualTo(Verdict.OVER);
        assertThat(PlanViewModel.sentence(over).replace('\u2009', ' ')).isEqualTo("It needs 0.39 GiB ± 20.0 MiB of 0.29 GiB. 100.0 MiB are missing. One change below makes it fit.");
        final MemoryPlan hopeless = PretendWorkbench.plan(request, 400 * PretendWorkbench.MIB, List.of());
        assertThat(PlanViewModel.sentence(hopeless)).contains("No single change makes it fit");
    }

    @Test
    void whatLiesInHostMemoryIsSaidApart() {
        final MemoryPlan p = PretendWorkbench.plan(PlanRequest.of("minilm", "reviews", "lora"));
        final MemoryInstant at = new MemoryInstant(0, 0, 0, "backward", "linear", "encoder.0", p.peak().bytes(), 2048 * PretendWorkbench.MIB);
        final MemoryPlan offloaded = new MemoryPlan(p.request(), p.resolved(), p.peakBytes(), at, 0, p.bandBytes(), p.budgetBytes(), p.timeline(), p.perLayer(), p.largest(), p.preflight(),
                p.advice(), p.decisions(), p.elementTypes(), p.parameters(), p.trainedParameters(), p.flops(), p.operations(), p.planSeconds(), p.arena());
        assertThat(PlanViewModel.sentence(p)).doesNotContain("host");
        assertThat(PlanViewModel.sentence(offloaded).replace('\u2009', ' ')).contains("Besides, 2.00 GiB lie in host memory. ");
    }

    @Test
    void aRefusedStartIsToldAndNothingRuns() throws Exception {
        read();
        pretend.answer("start", args -> {
            throw new WorkbenchException(Problem.of("Run 0001 is live.", "It goes on.", "Wait."));
        });
        final PlanViewModel plan = shownPlan();
        fx(() -> {
            plan.runLength().stepsProperty().set("7");
            plan.start(false, id -> {
                throw new AssertionError("nothing was started");
            });
            return null;
        });
        until(() -> plan.refusalProperty().get() != null);
        assertThat(plan.startingProperty().get()).isFalse();
        assertThat(journey.runProperty().get()).isEmpty();
    }

    @Test
    void stepsCountBeforeEpochsAndNonsenseKeepsTheStandard() {
        final RunLength length = new RunLength();
        length.stepsProperty().set("40");
        length.evalEveryProperty().set("often");
        final RunRequest run = length.apply(RunRequest.of(PlanRequest.of("minilm", "reviews", "lora")));
        assertThat(run.steps()).hasValue(40);
        assertThat(run.epochs()).isEmpty();
        assertThat(run.evalEvery()).isEmpty();
        assertThat(RunLength.valid("often")).isFalse();
        length.stepsProperty().set("");
        assertThat(length.apply(RunRequest.of(PlanRequest.of("minilm", "reviews", "lora"))).epochs()).hasValue(3);
    }

    @Test
    void theTwoNewestFinishedRunsAreComparedAndAFifthTakesTheLastPlace() throws Exception {
        pretend.answer("runs", args -> List.of(PretendWorkbench.run("0005", "mezo", RunState.STOPPED, false), PretendWorkbench.run("0004", "lora", RunState.FINISHED, false),
                PretendWorkbench.run("0003", "full", RunState.FINISHED, false), PretendWorkbench.run("0002", "lisa", RunState.FINISHED, false), PretendWorkbench.run("0001", "galore", RunState.FINISHED, false)));
        pretend.answer("compare", args -> new Comparison(List.of(), "A needs less", "", List.of(new Comparison.Row("targets", List.of("q,v", "say \"all\""), true, -1)), List.of()));
        final Journey chosen = new Journey();
        final CompareViewModel compare = fx(() -> new CompareViewModel(pretend.workbench(), chosen));
        fx(() -> {
            compare.refresh();
            return null;
        });
        until(() -> compare.comparisonProperty().get() != null);
        assertThat(compare.chosen()).containsExactly("0004", "0003");
        assertThat(compare.letter("0003")).isEqualTo("B");
        assertThat(compare.csv()).isEqualTo("\ntargets,\"q,v\",\"say \"\"all\"\"\"\n");
        fx(() -> {
            List.of("0005", "0002", "0001").forEach(compare::toggle);
            return null;
        });
        assertThat(compare.chosen()).containsExactly("0004", "0003", "0005", "0001");
    }

    @Test
    void anInterruptedRunIsOfferedWithWhatIsLost() throws Exception {
        pretend.answer("interruptedRuns", args -> List.of(PretendWorkbench.run("0041", "lora", RunState.RUNNING, true))).answer("runs", args -> List.of());
        final StartViewModel start = fx(() -> new StartViewModel(pretend.workbench(), new Journey()));
        final boolean[] told = new boolean[1];
        fx(() -> {
            start.load(() -> told[0] = true);
            return null;
        });
        until(() -> start.loadedProperty().get());
        assertThat(told[0]).isTrue();
        assertThat(StartViewModel.offer(start.interrupted().getFirst())).startsWith("Checkpoint 400 is complete, 12 steps are lost.");
        assertThat(Optional.of(start.interrupted().getFirst().run())).contains("0041");
    }

    private PlanViewModel shownPlan() throws Exception {
        return fx(() -> {
            final PlanViewModel plan = new PlanViewModel(pretend.workbench(), journey);
            journey.methodProperty().set(journey.catalogProperty().get().method("full").orElseThrow());
            journey.methodProperty().set(journey.catalogProperty().get().method("lora").orElseThrow());
            plan.shownProperty().set(true);
            return plan;
        });
    }
}
