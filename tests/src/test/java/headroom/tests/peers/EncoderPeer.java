package headroom.tests.peers;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.List;

/** BERT with a classifier, trained as a whole by libtorch's autograd. */
final class EncoderPeer implements TrainingStep {
    private static final List<String> LAYER = List.of("attention.q.weight", "attention.q.bias", "attention.k.weight", "attention.k.bias", "attention.v.weight", "attention.v.bias",
            "attention.out.weight", "attention.out.bias", "attention_norm.weight", "attention_norm.bias", "mlp.up.weight", "mlp.up.bias", "mlp.down.weight", "mlp.down.bias",
            "mlp_norm.weight", "mlp_norm.bias");

    private final Workload w;
    private final PeerModule module = new PeerModule();
    private final PeerAdamW optimizer;
    private final PtNDArray ids;
    private final PtNDArray targets;

    EncoderPeer(Workload w) {
        this.w = w;
        PeerStart start = new PeerStart(module, w);
        List<String> paths = new ArrayList<>(List.of("embeddings.token.weight", "embeddings.position.weight", "embeddings.type.weight", "embeddings.norm.weight", "embeddings.norm.bias"));
        for (int l = 0; l < w.config().layers(); l++) {
            String layer = "encoder." + l + ".";
            LAYER.forEach(name -> paths.add(layer + name));
        }
        paths.addAll(List.of("head.weight", "head.bias"));
        if (!start.trained().containsAll(paths) || start.trained().size() != paths.size()) {
            throw new IllegalArgumentException("the peer trains a whole encoder; the recipe trains " + start.trained());
        }
        optimizer = new PeerAdamW(module, w.recipe(), start, paths);
        ids = module.upload(PeerBytes.longs(w.ids()), 4, w.rows(), w.length());
        targets = module.upload(PeerBytes.longs(w.targets()), 4, w.rows());
    }

    @Override
    public double run(long number) {
        return module.number("encoder_step", optimizer.trained(), ids, targets, w.config().layers(), w.config().heads(), w.config().normEps(), optimizer.masters(), optimizer.first(),
                optimizer.second(), optimizer.decays(), optimizer.rates(number));
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
