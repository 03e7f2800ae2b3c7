package headroom.tests.peers;

import ai.djl.pytorch.engine.PtNDArray;
import headroom.engine.compute.kernel.CodeBooks;
import headroom.engine.model.ModelConfig;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.GradientChoice;
import headroom.engine.recipe.WeightsChoice;
import java.util.ArrayList;
import java.util.List;

/**
 * LLaMA with a tied head: trained as a whole or by LoRA pairs on every matrix, plain or in NF4 codes that are decoded for each product, by libtorch's autograd; or by MeZO in
 * place, without it.
 */
final class DecoderPeer implements TrainingStep {
    private static final int F32 = 6;
    private static final int I64 = 4;
    private static final List<String> MATRICES = List.of("attention.q", "attention.k", "attention.v", "attention.out", "mlp.gate", "mlp.up", "mlp.down");

    private final Workload w;
    private final ModelConfig config;
    private final PeerModule module = new PeerModule();
    private final PeerAdamW optimizer;
    private final PtNDArray table;
    private final List<PtNDArray> norms = new ArrayList<>();
    private final List<PtNDArray> matrices = new ArrayList<>();
    private final List<PtNDArray> books;
    private final List<PtNDArray> pairs = new ArrayList<>();
    private final double scale;
    private final PtNDArray ids;
    private final PtNDArray targets;

    DecoderPeer(Workload w) {
        this.w = w;
        this.config = w.config();
        PeerStart start = new PeerStart(module, w);
        books = books(w.recipe().weights());
        table = start.get("embeddings.token.weight");
        boolean adapted = w.recipe().adapter() instanceof AdapterChoice.LowRank;
        List<String> wholes = new ArrayList<>(List.of("embeddings.token.weight"));
        List<String> pairPaths = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            String layer = "decoder." + l + ".";
            wholes.addAll(List.of(layer + "attention_norm.weight", layer + "mlp_norm.weight"));
            norms.add(start.get(layer + "attention_norm.weight"));
            norms.add(start.get(layer + "mlp_norm.weight"));
            for (String name : MATRICES) {
                wholes.add(layer + name + ".weight");
                matrices.addAll(stored(start, layer + name + ".weight"));
                if (adapted) {
                    pairPaths.addAll(List.of(layer + name + ".lora_a", layer + name + ".lora_b"));
                }
            }
        }
        wholes.add("decoder.norm.weight");
        norms.add(start.get("decoder.norm.weight"));
        pairPaths.forEach(p -> pairs.add(start.get(p)));
        scale = w.recipe().adapter() instanceof AdapterChoice.LowRank a ? a.alpha() / a.rank() : 0;
        List<String> trained = adapted ? pairPaths : wholes;
        if (!start.trained().containsAll(trained) || start.trained().size() != trained.size()) {
            throw new IllegalArgumentException("the peer trains a whole decoder, or pairs on all matrices; the recipe trains " + start.trained());
        }
        optimizer = w.recipe().gradient() instanceof GradientChoice.Backprop ? new PeerAdamW(module, w.recipe(), start, trained) : null;
        ids = module.upload(PeerBytes.longs(w.ids()), I64, w.rows(), w.length());
        targets = module.upload(PeerBytes.longs(w.targets()), I64, w.rows(), w.length());
    }

    /** The levels of NF4 and of its scales; of the latter none where scales are not coded again. */
    private List<PtNDArray> books(WeightsChoice weights) {
        return switch (weights) {
            case WeightsChoice.Dense _ -> List.of();
            case WeightsChoice.NormalFloat n when n.bits() == 4 && n.block() == 64 -> List.of(module.upload(PeerBytes.floats(CodeBooks.nf4()), F32, 16),
                    n.doubleQuantisation() ? module.upload(PeerBytes.floats(CodeBooks.dynamicSigned()), F32, 256) : module.zeros(F32, 0));
            default -> throw new IllegalArgumentException("the peer knows plain weights and NF4 in blocks of 64, not " + weights);
        };
    }

    private List<PtNDArray> stored(PeerStart start, String path) {
        if (books.isEmpty()) {
            return List.of(start.get(path));
        }
        List<PtNDArray> codes = module.tensors("nf4_code", start.get(path), books);
        start.drop(path);
        return codes;
    }

    @Override
    public double run(long number) {
        if (w.recipe().gradient() instanceof GradientChoice.TwoPointEstimate estimate) {
            return estimated(number, estimate);
        }
        boolean checkpoints = w.recipe().activations() instanceof ActivationsChoice.BlockCheckpoint;
        return module.number("decoder_step", optimizer.trained(), table, norms, matrices, books, pairs, scale, ids, targets, config.layers(), shape(), config.ropeTheta(), config.normEps(),
                checkpoints, optimizer.masters(), optimizer.first(), optimizer.second(), optimizer.decays(), optimizer.rates(number));
    }

    private double loss() {
        return module.number("decoder_loss", table, norms, matrices, books, pairs, scale, ids, targets, config.layers(), shape(), config.ropeTheta(), config.normEps());
    }

    private long[] shape() {
        return new long[] {config.heads(), config.kvHeads(), config.headDim(), config.intermediate()};
    }

    /** θ + εz, a loss, θ − εz, a loss, θ again, and the step along z; z is drawn anew each time. */
    private double estimated(long number, GradientChoice.TwoPointEstimate estimate) {
        double epsilon = estimate.epsilon();
        shift(number, epsilon);
        double plus = loss();
        shift(number, -2 * epsilon);
        double minus = loss();
        shift(number, epsilon);
        double rate = w.recipe().optimizer().schedule().at(number, Workload.STEPS);
        shift(number, -rate * (plus - minus) / (2 * epsilon));
        return plus;
    }

    private void shift(long number, double c) {
        module.seed(Workload.SEED + number);
        module.apply("shift", List.of(table), c);
        module.apply("shift", norms, c);
        module.apply("shift", matrices, c);
    }

    @Override
    public Booked booked() {
        return Booked.NOTHING;
    }

    @Override
    public void close() {
        module.close();
    }
}
