package headroom.engine.plan.claims;

import com.fasterxml.jackson.databind.JsonNode;
import headroom.engine.memory.Category;
import headroom.engine.plan.MemoryPlan;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** A number that plans give: bytes, counts, and what can be said of two of them. In JSON an object with the one field that names its kind. */
public sealed interface Quantity {
    /** @param plans by the names that the file gives them */
    double of(Function<String, MemoryPlan> plans);

    /** Names of the plans it reads. */
    Set<String> plans();

    /** Most bytes that the categories hold together at any instant of the highest step. {@code {"most": ["OPTIMIZER"], "of": "galore"}} */
    record Most(Set<Category> categories, String plan) implements Quantity {
        @Override
        public double of(Function<String, MemoryPlan> plans) {
            return plans.apply(plan).timeline().stream().mapToLong(i -> categories.stream().mapToLong(c -> i.byCategory()[c.ordinal()]).sum()).max().orElse(0);
        }

        @Override
        public Set<String> plans() {
            return Set.of(plan);
        }
    }

    /** One figure of a plan. {@code {"peak": "galore"}} */
    record Figure(Kind kind, String plan) implements Quantity {
        /** Bytes at the peak of the highest phase; elements that train, of all parameters; floating-point operations of a step. */
        enum Kind {
            PEAK, TRAINED, PARAMETERS, FLOPS
        }

        @Override
        public double of(Function<String, MemoryPlan> plans) {
            MemoryPlan p = plans.apply(plan);
            return switch (kind) {
                case PEAK -> p.highestBytes();
                case TRAINED -> p.trained();
                case PARAMETERS -> p.parameters();
                case FLOPS -> p.flops();
            };
        }

        @Override
        public Set<String> plans() {
            return Set.of(plan);
        }
    }

    /** A number that a paper or the arithmetic behind a figure gives. {@code {"number": 6476005376}} */
    record Number(double value) implements Quantity {
        @Override
        public double of(Function<String, MemoryPlan> plans) {
            return value;
        }

        @Override
        public Set<String> plans() {
            return Set.of();
        }
    }

    /** Two quantities in relation. {@code {"divide": [a, b]}}, {@code {"subtract": [a, b]}}, {@code {"multiply": [a, b]}} */
    record Pair(Relation relation, Quantity left, Quantity right) implements Quantity {
        enum Relation {
            DIVIDE, SUBTRACT, MULTIPLY
        }

        @Override
        public double of(Function<String, MemoryPlan> plans) {
            double a = left.of(plans);
            double b = right.of(plans);
            return switch (relation) {
                case DIVIDE -> a / b;
                case SUBTRACT -> a - b;
                case MULTIPLY -> a * b;
            };
        }

        @Override
        public Set<String> plans() {
            Set<String> both = new LinkedHashSet<>(left.plans());
            both.addAll(right.plans());
            return both;
        }
    }

    /**
     * @throws IllegalArgumentException if the node is no quantity; the message lists what there is
     */
    static Quantity read(JsonNode node) {
        List<String> fields = new ArrayList<>();
        node.fieldNames().forEachRemaining(fields::add);
        if (fields.contains("most") && fields.contains("of") && fields.size() == 2) {
            Set<Category> categories = EnumSet.noneOf(Category.class);
            node.get("most").forEach(name -> categories.add(Category.valueOf(name.textValue())));
            return new Most(categories, node.get("of").textValue());
        }
        if (fields.size() == 1) {
            String kind = fields.getFirst();
            JsonNode value = node.get(kind);
            switch (kind) {
                case "peak", "trained", "parameters", "flops" -> {
                    return new Figure(Figure.Kind.valueOf(kind.toUpperCase(java.util.Locale.ROOT)), value.textValue());
                }
                case "number" -> {
                    return new Number(value.doubleValue());
                }
                case "divide", "subtract", "multiply" -> {
                    List<Quantity> two = StreamSupport.stream(value.spliterator(), false).map(Quantity::read).toList();
                    if (two.size() == 2) {
                        return new Pair(Pair.Relation.valueOf(kind.toUpperCase(java.util.Locale.ROOT)), two.getFirst(), two.getLast());
                    }
                }
                default -> { }
            }
        }
        throw new IllegalArgumentException("no quantity: " + node + "; expected most and of, peak, trained, parameters, flops, number, or divide, subtract, multiply of two");
    }
}
