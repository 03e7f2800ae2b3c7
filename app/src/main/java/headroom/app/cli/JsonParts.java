package headroom.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.memory.Category;
import headroom.engine.workbench.AccountRow;
import headroom.engine.workbench.ArenaReport;
import headroom.engine.workbench.CategoryBytes;
import headroom.engine.workbench.LengthHistogram;
import headroom.engine.workbench.Problem;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What several results have in common. Scripts rely on the field names: they are added to, never changed. */
final class JsonParts {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonParts() {}

    static ObjectNode object() {
        return NODES.objectNode();
    }

    static <T> ArrayNode array(Collection<T> items, Function<T, ObjectNode> node) {
        final ArrayNode array = NODES.arrayNode();
        items.forEach(item -> array.add(node.apply(item)));
        return array;
    }

    static ArrayNode texts(Collection<String> texts) {
        final ArrayNode array = NODES.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    /** JSON has no NaN: what is not known is null. */
    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    static ArrayNode numbers(double[] values) {
        final ArrayNode array = NODES.arrayNode();
        for (final double value : values) {
            if (Double.isFinite(value)) {
                array.add(value);
            } else {
                array.addNull();
            }
        }
        return array;
    }

    /** One field per category, in lower case. */
    static ObjectNode categories(CategoryBytes bytes) {
        final ObjectNode node = object();
        for (final Category category : Category.values()) {
            node.put(category.name().toLowerCase(Locale.ROOT), bytes.get(category));
        }
        return node;
    }

    static ObjectNode map(Map<String, String> values) {
        final ObjectNode node = object();
        values.forEach(node::put);
        return node;
    }

    static ObjectNode account(AccountRow row) {
        return object().put("category", row.category().name().toLowerCase(Locale.ROOT)).put("owner", row.owner())
                .put("count", row.count()).put("what", row.what()).put("bytes", row.bytes())
                .put("host", row.host()).put("why", row.why());
    }

    static ObjectNode arena(ArenaReport arena) {
        final ObjectNode node = object().put("bytes", arena.bytes()).put("lowerBoundBytes", arena.lowerBound());
        number(node, "adoptedShare", arena.adoptedShare());
        node.set("adopted", array(arena.adopted(), a -> object().put("kernel", a.kernel()).put("owner", a.owner()).put("bytes", a.bytes())));
        return node;
    }

    static ObjectNode problem(Problem problem) {
        final ObjectNode node = object().put("what", problem.what()).put("safe", problem.safe());
        node.set("todo", texts(problem.todo()));
        return node;
    }

    static ObjectNode lengths(LengthHistogram lengths) {
        final ObjectNode node = object().put("unit", lengths.unit()).put("binWidth", lengths.binWidth()).put("median", lengths.median())
                .put("longest", lengths.longest()).put("longestRow", lengths.longestRow());
        final ArrayNode counts = node.putArray("counts");
        lengths.counts().forEach(counts::add);
        return node;
    }
}
