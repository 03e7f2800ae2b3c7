package headroom.engine.method;

import headroom.engine.model.ModelConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The linear sites of a transformer by its published widths: what closed forms of trained parameters count over. Made from the configuration alone, not from the model. */
final class Sites {
    /** One site of every block: its last name, and its matrix [out, in]. */
    record Site(String name, long out, long in) {}

    private Sites() {}

    /** The sites of one block. */
    static List<Site> ofBlock(ModelConfig c) {
        List<Site> all = new ArrayList<>(List.of(new Site("q", c.queryWidth(), c.hidden()), new Site("k", c.kvWidth(), c.hidden()), new Site("v", c.kvWidth(), c.hidden()),
                new Site("out", c.hidden(), c.queryWidth())));
        if (c.gated()) {
            all.add(new Site("gate", c.intermediate(), c.hidden()));
        }
        all.add(new Site("up", c.intermediate(), c.hidden()));
        all.add(new Site("down", c.hidden(), c.intermediate()));
        return all;
    }

    /** Those of one block whose last name is among the targets; {@code all} means all. */
    static List<Site> ofBlock(ModelConfig c, Collection<String> targets) {
        return ofBlock(c).stream().filter(s -> targets.contains("all") || targets.contains(s.name())).toList();
    }

    /** Numbers in all norms, gains and shifts. */
    static long norms(ModelConfig c) {
        long one = c.norm() == ModelConfig.Norm.LAYER_NORM ? 2L * c.hidden() : c.hidden();
        return one * (2L * c.layers() + (c.finalNorm() ? 1 : 0) + (c.family().isEncoder() ? 1 : 0));
    }

    /** Numbers in all biases if every linear site has one: those of the sites, and the shifts of the norms. */
    static long biases(ModelConfig c) {
        long shifts = c.norm() == ModelConfig.Norm.LAYER_NORM ? norms(c) / 2 : 0;
        return c.layers() * ofBlock(c).stream().mapToLong(Site::out).sum() + shifts;
    }

    /** Numbers in networks d → r → d with biases. */
    static long bottlenecks(ModelConfig c, long count, long width) {
        return count * (2 * width * c.hidden() + c.hidden() + width);
    }

    /** Numbers in p keys and values of every layer. */
    static long prefix(ModelConfig c, long rows) {
        return 2L * c.layers() * rows * c.kvWidth();
    }

    /** Σ r·(in + out) over all blocks: what low-rank pairs train. */
    static long pairs(ModelConfig c, Collection<String> targets, long rank) {
        return c.layers() * ofBlock(c, targets).stream().mapToLong(s -> rank * (s.in() + s.out())).sum();
    }
}
