package headroom.tests.peers;

import ai.djl.pytorch.engine.PtNDArray;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.TorchCompute;
import headroom.engine.memory.Ledger;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.WeightsChoice;
import headroom.engine.tape.Parameter;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tensors that a workload begins with, by the paths that the engine gives them, and which of them train and are decayed. Base weights are plain. */
final class PeerStart {
    /** Bytes that pass through the Java heap at a time. */
    private static final long PART = 8 << 20;

    private final Map<String, PtNDArray> tensors = new LinkedHashMap<>();
    private final Set<String> trained = new HashSet<>();
    private final Set<String> decayed = new HashSet<>();

    PeerStart(PeerModule m, Workload w) {
        try (TorchCompute c = TorchCompute.cpu(new Ledger()); Assembly a = Own.assemble(c, w, w.recipe().with(new WeightsChoice.Dense()))) {
            Set<Parameter> training = Collections.newSetFromMap(new IdentityHashMap<>());
            training.addAll(a.trainables(0).parameters());
            for (Parameter p : a.parameters()) {
                tensors.put(p.path(), moved(m, c, p));
                if (training.contains(p)) {
                    trained.add(p.path());
                }
                if (p.decays()) {
                    decayed.add(p.path());
                }
            }
        }
    }

    /** A copy for the peer; the engine's own is freed, so that the model is never there twice. */
    private static PtNDArray moved(PeerModule m, TorchCompute c, Parameter p) {
        Tensor from = p.data();
        PtNDArray to = m.zeros(from.dtype().torchCode(), from.shape().dims());
        long rows = Math.max(1, PART * from.dim(0) / from.bytes());
        for (long i = 0; i < from.dim(0); i += rows) {
            long j = Math.min(from.dim(0), i + rows);
            try (Tensor part = from.rows(i, j)) {
                m.put(to, c.download(part), i, j - i);
            }
        }
        p.close();
        return to;
    }

    /** @throws IllegalArgumentException if there is no such tensor; the message lists those there are */
    PtNDArray get(String path) {
        PtNDArray x = tensors.get(path);
        if (x == null) {
            throw new IllegalArgumentException("no tensor " + path + "; there are " + tensors.keySet());
        }
        return x;
    }

    /** Frees a tensor that something else takes the place of. */
    void drop(String path) {
        tensors.remove(path).close();
    }

    List<String> trained() {
        return tensors.keySet().stream().filter(trained::contains).toList();
    }

    boolean decays(String path) {
        return decayed.contains(path);
    }
}
