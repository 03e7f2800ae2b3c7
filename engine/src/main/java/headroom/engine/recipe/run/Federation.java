package headroom.engine.recipe.run;

import headroom.engine.compute.Compute;
import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.compute.kernel.CoreKernels;
import headroom.engine.compute.kernel.ElementwiseKernels;
import headroom.engine.compute.kernel.LinearKernels;
import headroom.engine.compute.kernel.LowRankKernels;
import headroom.engine.compute.kernel.FactorKernels;
import headroom.engine.memory.Category;
import headroom.engine.memory.Tier;
import headroom.engine.recipe.RunChoice;
import headroom.engine.recipe.State;
import headroom.engine.recipe.adapter.LowRankAdapter;
import headroom.engine.tape.Parameter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A server and its clients: at the beginning of a client's turn the parameters are those of the server, at its end the client sends what it made of them, and at the end of a round the
 * server makes its next ones of all that came in. The client's training itself is the run's, on the base that all share.
 *
 * <p>The mean of changes ΔW = Σ w_k·B_k·A_k is cut to rank r by thin singular value decompositions of the two stacks [B_1 … B_K] and [A_1; …; A_K] and of the small matrix between
 * them, so that ΔW itself is never there (FedPipe).
 */
public final class Federation implements State.Holder, AutoCloseable {
    private static final int SERVER = 0;

    private final Compute compute;
    private final RunChoice.FederatedRounds choice;
    private final List<Parameter> travelling;
    private final List<LowRankAdapter.Pair> pairs;
    private final Workers workers;
    private final Map<Parameter, Tensor> server = new LinkedHashMap<>();
    /** What each client sent in this round. */
    private final Map<Integer, Map<Parameter, Tensor>> came = new LinkedHashMap<>();
    private double[] weights;

    /**
     * @param travelling what trains, and so is averaged
     * @param pairs those of it that are factors of one change
     * @throws IllegalArgumentException if a mean change cannot be cut to the rank of the pairs
     */
    public Federation(Compute compute, RunChoice.FederatedRounds choice, Collection<Parameter> travelling, List<LowRankAdapter.Pair> pairs) {
        this.compute = compute;
        this.choice = choice;
        this.travelling = List.copyOf(travelling);
        this.pairs = List.copyOf(pairs);
        this.workers = new Workers(compute, Stream.concat(Stream.of("server"), IntStream.rangeClosed(1, choice.clients()).mapToObj(k -> "client" + k)).toList());
        this.weights = new double[choice.clients()];
        Arrays.fill(weights, 1);
        if (choice.average() == RunChoice.Average.PRODUCTS) {
            for (LowRankAdapter.Pair p : pairs) {
                if (p.rank() > Math.min(p.site().in(), p.site().out())) {
                    throw new IllegalArgumentException("FederatedRounds cuts the mean change of " + p.site().path() + " to rank " + p.rank() + ", and it has at most "
                            + Math.min(p.site().in(), p.site().out()) + "; use a smaller rank, or average FACTORS");
                }
            }
        }
    }

    /** Clients weigh as much as they have rows; the same until told. */
    void weigh(List<Integer> rows) {
        if (rows.size() != choice.clients()) {
            throw new IllegalArgumentException(rows.size() + " clients have rows, and FederatedRounds has " + choice.clients());
        }
        weights = rows.stream().mapToDouble(i -> i).toArray();
    }

    Workers workers() {
        return workers;
    }

    /** A client's turn begins: it gets the server's parameters. */
    void begins(int client) {
        compute.ledger().during("broadcast", workers.names().get(client + 1));
        for (Parameter p : travelling) {
            // the first server's parameters are those that the run begins with
            Tensor held = server.computeIfAbsent(p, q -> workers.hold(SERVER, q.path(), q.data()));
            workers.send(SERVER, client + 1, held, p.data());
        }
    }

    /** A client's turn is over: it sends what it has. */
    void ends(int client) {
        compute.ledger().during("upload", workers.names().get(client + 1));
        Map<Parameter, Tensor> own = new LinkedHashMap<>();
        for (Parameter p : travelling) {
            own.put(p, workers.send(client + 1, SERVER, workers.names().get(client + 1) + "." + p.path(), p.data()));
        }
        // a rehearsal may come to the end of a turn more than once before that of a round
        Map<Parameter, Tensor> before = came.put(client, own);
        if (before != null) {
            before.values().forEach(Tensor::close);
        }
    }

    /** A round is over: the server's next parameters, which are the run's until the next turn. */
    void average() {
        compute.ledger().during("average", "server");
        String before = compute.within("server");
        Tier tier = compute.in(Tier.HOST);
        try {
            double all = came.keySet().stream().mapToDouble(k -> weights[k]).sum();
            double[] shares = came.keySet().stream().mapToDouble(k -> weights[k] / all).toArray();
            Set<Parameter> factors = new HashSet<>();
            // of one client there is nothing to make a mean of
            if (choice.average() == RunChoice.Average.PRODUCTS && came.size() > 1) {
                for (LowRankAdapter.Pair p : pairs) {
                    recut(p, shares);
                    factors.addAll(p.parameters());
                }
            }
            for (Parameter p : travelling) {
                if (!factors.contains(p)) {
                    try (Tensor mean = workers.mean(came.values().stream().map(own -> own.get(p)).toList(), shares)) {
                        compute.apply(CoreKernels.COPY_INTO, server.get(p), mean);
                    }
                }
            }
        } finally {
            compute.in(tier);
            compute.within(before);
        }
        forget();
        for (Parameter p : travelling) {
            workers.send(SERVER, SERVER, server.get(p), p.data());
        }
    }

    /** Stacks Bᵀ [K·r, out] and w_k·A [K·r, in], and their best pair of rank r. */
    private void recut(LowRankAdapter.Pair pair, double[] shares) {
        long r = pair.rank();
        DType wide = Workers.wide(pair.a().dtype());
        List<Map<Parameter, Tensor>> clients = new ArrayList<>(came.values());
        long rows = r * clients.size();
        try (Tensor bs = compute.zeros(Category.WORKSPACE, "server", wide, Shape.of(rows, pair.site().out()));
                Tensor as = compute.zeros(Category.WORKSPACE, "server", wide, Shape.of(rows, pair.site().in()));
                Tensor one = compute.upload(Category.WORKSPACE, "server", wide, Shape.of(r, r), () -> identity((int) r, wide))) {
            for (int k = 0; k < shares.length; k++) {
                try (Tensor a = compute.call(CoreKernels.CAST, clients.get(k).get(pair.a()), (long) wide.torchCode());
                        Tensor b = compute.call(CoreKernels.CAST, clients.get(k).get(pair.b()), (long) wide.torchCode());
                        Tensor intoA = as.rows(k * r, (k + 1) * r); Tensor intoB = bs.rows(k * r, (k + 1) * r)) {
                    compute.apply(ElementwiseKernels.AXPY_INTO, intoA, a, shares[k]);
                    // I·Bᵀ
                    compute.apply(LinearKernels.LINEAR_INTO, intoB, one, b);
                }
            }
            cut(bs, as, pair, Math.min(rows, pair.site().out()), Math.min(rows, pair.site().in()));
        }
    }

    /** With orthonormal U of the column space of B and V of the row space of A: B·A = U·(Uᵀ·B·A·V)·Vᵀ, and the middle is small. */
    private void cut(Tensor bs, Tensor as, LowRankAdapter.Pair pair, long left, long right) {
        try (Tensor u = compute.call(LowRankKernels.SVD_BASIS, bs, left, false);
                Tensor v = compute.call(LowRankKernels.SVD_BASIS, as, right, false);
                Tensor bu = compute.call(LowRankKernels.PROJECT_RIGHT, bs, u);
                Tensor av = compute.call(LowRankKernels.PROJECT_RIGHT, as, v);
                Tensor middle = compute.call(LowRankKernels.PROJECT_LEFT, bu, av)) {
            Tensor[] small = compute.run(FactorKernels.SVD_PAIR, middle, (long) pair.rank(), 1.0);
            try (Tensor a = compute.call(LinearKernels.LINEAR, small[0], v); Tensor b = compute.call(LowRankKernels.PROJECT_RIGHT, u, small[1])) {
                compute.apply(CoreKernels.COPY_INTO, server.get(pair.a()), a);
                compute.apply(CoreKernels.COPY_INTO, server.get(pair.b()), b);
            } finally {
                small[0].close();
                small[1].close();
            }
        }
    }

    private static ByteBuffer identity(int n, DType type) {
        ByteBuffer b = ByteBuffer.allocateDirect(n * n * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            if (type == DType.F64) {
                b.putDouble(8 * i * (n + 1), 1);
            } else {
                b.putFloat(4 * i * (n + 1), 1);
            }
        }
        return b;
    }

    @Override
    public void save(State.Writer w) {
        server.forEach((p, t) -> w.tensor("server." + p.path(), t));
        came.forEach((k, own) -> own.forEach((p, t) -> w.tensor("server." + workers.names().get(k + 1) + "." + p.path(), t)));
        workers.save(w);
    }

    @Override
    public void restore(State.Reader r, Collection<Parameter> parameters) {
        for (Parameter p : travelling) {
            load(r, "server." + p.path(), "server." + p.path(), server, p);
        }
        for (int k = 0; k < choice.clients(); k++) {
            Map<Parameter, Tensor> own = new LinkedHashMap<>();
            for (Parameter p : travelling) {
                String name = "server." + workers.names().get(k + 1) + "." + p.path();
                load(r, name, name, own, p);
            }
            if (!own.isEmpty()) {
                came.put(k, own);
            }
        }
        workers.restore(r, parameters);
    }

    private void load(State.Reader r, String name, String owner, Map<Parameter, Tensor> into, Parameter p) {
        if (r.tensors().contains(name)) {
            Tier before = compute.in(Tier.HOST);
            try {
                Tensor old = into.put(p, compute.upload(Category.ADAPTER, owner, r.dtype(name), r.shape(name), () -> r.data(name)));
                if (old != null) {
                    old.close();
                }
            } finally {
                compute.in(before);
            }
        }
    }

    private void forget() {
        came.values().forEach(own -> own.values().forEach(Tensor::close));
        came.clear();
    }

    @Override
    public void close() {
        forget();
        server.values().forEach(Tensor::close);
        server.clear();
    }
}
