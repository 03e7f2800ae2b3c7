package headroom.engine.model;

import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.Activation;
import headroom.engine.tape.ops.PackedSwiGlu;
import headroom.engine.tape.ops.SwiGlu;
import java.util.List;

/** The feed-forward part of one layer: down(f(up(x))), or down(silu(gate(x)) · up(x)). */
final class Mlp {
    private final String path;
    private final Activation.Function function;
    private final LinearSite gate;
    private final LinearSite up;
    private final LinearSite down;
    private final SiteGroup gateAndUp;
    private final ValuePoint inner;

    Mlp(ModelConfig c, WeightsFactory weights, String path) {
        this.path = path;
        this.function = function(c);
        this.gate = c.gated() ? SelfAttention.site(weights, path + ".gate", c.intermediate(), c.hidden(), c.mlpBias()) : null;
        this.up = SelfAttention.site(weights, path + ".up", c.intermediate(), c.hidden(), c.mlpBias());
        this.down = SelfAttention.site(weights, path + ".down", c.hidden(), c.intermediate(), c.mlpBias());
        this.gateAndUp = c.gated() ? new SiteGroup(path + ".gate_up", gate, up) : null;
        this.inner = new ValuePoint(path + ".inner", ValuePoint.Kind.GATE, c.intermediate());
        this.down.readsFrom(inner);
    }

    private static Activation.Function function(ModelConfig c) {
        if (c.gated()) {
            if (c.activation() != ModelConfig.Activation.SILU) {
                throw new IllegalArgumentException("a gated feed-forward layer with " + c.activation() + "; expected SILU");
            }
            return null;
        }
        return switch (c.activation()) {
            case GELU -> Activation.Function.GELU;
            case GELU_TANH -> Activation.Function.GELU_TANH;
            case RELU -> Activation.Function.RELU;
            case SILU -> throw new IllegalArgumentException("SILU in a feed-forward layer without a gate; expected GELU, GELU_TANH or RELU");
        };
    }

    /** x [N, d] → [N, d]; x is read for the last time if it is marked so. */
    Value forward(Pass pass, Value x) {
        return down.forward(pass, inner.through(pass, activations(pass, x).last(), null));
    }

    private Value activations(Pass pass, Value x) {
        if (gateAndUp != null && gateAndUp.isPacked(pass)) {
            Value both = gateAndUp.forward(pass, x);
            String before = pass.compute().within(path);
            Value h = pass.apply(new PackedSwiGlu(), both.last());
            pass.compute().within(before);
            return h;
        }
        boolean last = x.takeLast();
        Value g = gate == null ? null : gate.forward(pass, x);
        Value u = up.forward(pass, last ? x.last() : x);
        String before = pass.compute().within(path);
        Value h = gate == null ? pass.apply(new Activation(function), u.last()) : pass.apply(new SwiGlu(), g.last(), u.last());
        pass.compute().within(before);
        return h;
    }

    ValuePoint inner() {
        return inner;
    }

    List<LinearSite> sites() {
        return gate == null ? List.of(up, down) : List.of(gate, up, down);
    }
}
