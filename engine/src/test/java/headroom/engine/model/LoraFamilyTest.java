package headroom.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import headroom.engine.compute.DType;
import headroom.engine.compute.Keys;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.RandomKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.adapter.Adapter;
import headroom.engine.recipe.adapter.SpectralStart;
import headroom.engine.tape.Parameter;
import headroom.engine.tape.Pass;
import headroom.engine.tape.stack.StackDriver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each member of the LoRA family promises of its weights, held against the closed form. */
class LoraFamilyTest {
    private static final AdapterChoice.LowRank PAIRS = new AdapterChoice.LowRank(3, 6, 0, List.of("all"));

    private static Model model(TorchCompute c, DType dtype, Storage storage) {
        ModelConfig config = TinyModels.config("llama");
        return Transformers.build(config, new RandomWeights(c, dtype, storage, config, 3), 0);
    }

    private static void stir(TorchCompute c, Adapter a) {
        a.parameters().forEach(p -> c.apply(RandomKernels.ADD_NORMAL_INTO, p.data(), Keys.key(6, "stir", p.path(), 0), 0L, 0.3));
    }

    private static double[] doubles(TorchCompute c, Tensor t) {
        return TinyModels.doubles(c, t).toArray();
    }

    private static double[] weight(TorchCompute c, LinearSite site) {
        try (Tensor w = site.weight().rows(c, 0, site.out())) {
            return doubles(c, w);
        }
    }

    private static double[] merged(TorchCompute c, Adapter a, LinearSite site) {
        try (Tensor w = site.weight().rows(c, 0, site.out()); Tensor m = a.merged(c, site, c.call(CoreKernels.CAST, w, (long) DType.F32.torchCode()))) {
            float[] f = c.floats(m);
            double[] d = new double[f.length];
            for (int i = 0; i < d.length; i++) {
                d[i] = f[i];
            }
            return d;
        }
    }

    private static Parameter of(Adapter a, String path) {
        return a.parameters().stream().filter(p -> p.path().equals(path)).findFirst().orElseThrow();
    }

    @Test
    void pissaTakesTheLeadingPartOutOfAWeightAndTheSumIsTheWeight() {
        AdapterChoice.LowRank choice = PAIRS.with(AdapterChoice.Start.PISSA);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); SpectralStart start = SpectralStart.of(choice); Model base = model(c, DType.F64, Storage.DENSE);
                Model m = model(c, DType.F64, start.over(Storage.DENSE)); Adapter a = Adapter.attach(c, m, choice, start, DType.F64, 8)) {
            for (int i = 0; i < m.sites().size(); i++) {
                LinearSite site = m.sites().get(i);
                double[] whole = weight(c, base.sites().get(i));
                double[] rest = weight(c, site);
                assertThat(merged(c, a, site)).as(site.path()).containsExactly(whole, within(1e-6));
                // the pair and what remains stand at right angles: their squares add up to those of the weight
                double all = squares(whole);
                double left = squares(rest);
                double taken = 0;
                for (int k = 0; k < whole.length; k++) {
                    taken += (whole[k] - rest[k]) * (whole[k] - rest[k]);
                }
                assertThat(left + taken).isCloseTo(all, within(1e-9 * all));
                assertThat(taken).as("three of the directions of " + site.path()).isGreaterThan(3 * all / Math.min(site.in(), site.out()));
            }
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    private static double squares(double[] x) {
        double sum = 0;
        for (double v : x) {
            sum += v * v;
        }
        return sum;
    }

    @Test
    void aRankThatAMatrixDoesNotHaveIsRefused() {
        AdapterChoice.LowRank choice = new AdapterChoice.LowRank(1000, 1, 0, List.of("k")).with(AdapterChoice.Start.PISSA);
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); SpectralStart start = SpectralStart.of(choice)) {
            assertThatThrownBy(() -> model(c, DType.F32, start.over(Storage.DENSE))).hasMessageContaining("PiSSA of rank 1000").hasMessageContaining("use a rank below");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsOfADoraWeightAreAsLongAsTheirMagnitudes(boolean exact) {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = model(c, DType.F32, Storage.DENSE);
                Adapter a = Adapter.attach(c, m, new AdapterChoice.WeightNorm(PAIRS, exact), DType.F32, 8)) {
            stir(c, a);
            for (LinearSite site : m.sites()) {
                double[] w = merged(c, a, site);
                double[] magnitudes = doubles(c, of(a, site.path() + ".lora_m").data());
                int in = (int) site.in();
                for (int row = 0; row < magnitudes.length; row++) {
                    double sum = 0;
                    for (int i = 0; i < in; i++) {
                        sum += w[row * in + i] * w[row * in + i];
                    }
                    assertThat(Math.sqrt(sum)).as(site.path() + " row " + row).isCloseTo(Math.abs(magnitudes[row]), within(1e-4));
                }
            }
        }
    }

    @Test
    void oneSeedMakesOneSharedPairForAllSitesOfVera() {
        AdapterChoice vera = new AdapterChoice.Vera(8, 0, 0.1, List.of("all"));
        Ledger ledger = new Ledger();
        try (TorchCompute c = TorchCompute.cpu(ledger); Model one = model(c, DType.F32, Storage.DENSE); Model two = model(c, DType.F32, Storage.DENSE);
                Model three = model(c, DType.F32, Storage.DENSE)) {
            long before = ledger.total(Category.ADAPTER);
            Adapter first = Adapter.attach(c, one, vera, DType.F32, 8);
            long widest = one.sites().stream().mapToLong(LinearSite::in).max().orElseThrow();
            long longest = one.sites().stream().mapToLong(LinearSite::out).max().orElseThrow();
            long vectors = one.sites().stream().mapToLong(s -> 8 + s.out()).sum();
            assertThat(ledger.total(Category.ADAPTER) - before).isEqualTo(4 * (8 * (widest + longest) + vectors));
            assertThat(first.parameters().stream().mapToLong(Parameter::elements).sum()).isEqualTo(vectors);
            Adapter same = Adapter.attach(c, two, vera, DType.F32, 8);
            Adapter other = Adapter.attach(c, three, vera, DType.F32, 9);
            List.of(first, same, other).forEach(a -> stir(c, a));
            double[] w = merged(c, first, one.sites().getFirst());
            assertThat(merged(c, same, two.sites().getFirst())).isEqualTo(w);
            assertThat(merged(c, other, three.sites().getFirst())).isNotEqualTo(w);
            first.close();
            same.close();
            other.close();
        }
        assertThat(ledger.openAccounts()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pairs", "dora", "vera", "triplets"})
    void theMergedWeightSaysWhatTheAdaptedSiteSays(String member) {
        AdapterChoice choice = Map.of("pairs", PAIRS.with(AdapterChoice.Scaling.ALPHA_BY_ROOT_RANK), "dora", new AdapterChoice.WeightNorm(PAIRS, false),
                "vera", new AdapterChoice.Vera(8, 0, 0.1, List.of("all")), "triplets", new AdapterChoice.Triplets(3, 6, 0, 0, List.of("all"))).get(member);
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Model m = model(c, DType.F32, Storage.DENSE); Adapter a = Adapter.attach(c, m, choice, DType.F32, 8)) {
            stir(c, a);
            LinearSite site = m.sites().getFirst();
            int in = (int) site.in();
            int out = (int) site.out();
            try (Tensor x = c.zeros(Category.DATA, "x", DType.F32, headroom.engine.compute.Shape.of(1, in))) {
                c.apply(RandomKernels.ADD_NORMAL_INTO, x, 77L, 0L, 1.0);
                Pass pass = Pass.untaped(c);
                double[] y = doubles(c, site.forward(pass, pass.constant(x.retain())).take());
                double[] w = merged(c, a, site);
                double[] xs = doubles(c, x);
                for (int o = 0; o < out; o++) {
                    double sum = 0;
                    for (int i = 0; i < in; i++) {
                        sum += w[o * in + i] * xs[i];
                    }
                    assertThat(y[o]).as("output " + o).isCloseTo(sum, within(2e-5));
                }
            }
        }
    }
}
