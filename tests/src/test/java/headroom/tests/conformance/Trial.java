package headroom.tests.conformance;

import headroom.engine.method.Method;
import headroom.engine.method.Methods;
import headroom.engine.method.Settings;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.Validator;
import headroom.engine.train.TinyTask;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An entry of the catalogue on one of the two small models, with the settings that the entry names for small models.
 *
 * @param model {@code encoder} or {@code decoder}
 */
record Trial(Method method, String model) {
    /** {@code -Dconformance=lora,qlora} tries only these entries. */
    private static final String CHOSEN = System.getProperty("conformance", "");

    /** Rows of a micro-batch, micro-batches of a step, tokens of a row at most, element type. */
    record Extent(int batch, int accumulate, int length, String compute) {
        Map<String, String> settings() {
            return Map.of("batch", Integer.toString(batch), "accumulate", Integer.toString(accumulate), "length", Integer.toString(length), "compute", compute);
        }
    }

    static final Extent USUAL = new Extent(16, 1, 32, "f32");

    /** Every entry on every model. */
    static Stream<Trial> all() {
        return entries().stream().flatMap(method -> Stream.of(new Trial(method, "encoder"), new Trial(method, "decoder")));
    }

    static List<Method> entries() {
        List<String> chosen = Arrays.stream(CHOSEN.split(",")).map(String::strip).filter(id -> !id.isEmpty()).toList();
        return chosen.isEmpty() ? Methods.all() : chosen.stream().map(Methods::named).toList();
    }

    /** True if the rows have labels. */
    boolean classifies() {
        return model.equals("encoder") || method.classifier();
    }

    TinyTask task() {
        return model.equals("encoder") ? TinyTask.encoder() : method.classifier() ? TinyTask.classifyingDecoder() : TinyTask.decoder();
    }

    /** The rate is high for all: a few steps must show something. What the entry says of small models goes over everything else. */
    Map<String, String> settings(Extent extent) {
        Map<String, String> all = new LinkedHashMap<>(extent.settings());
        all.put("rate", "3e-3");
        all.putAll(method.trial());
        return all;
    }

    Recipe recipe(Extent extent) {
        return method.recipeFor(Settings.of(method, settings(extent)));
    }

    /** True if the recipe of this extent may be used at all; some choices exclude bf16 or accumulation, and say so. */
    boolean allows(Extent extent) {
        try {
            Validator.require(recipe(extent), task().config());
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    @Override
    public String toString() {
        return method.id() + " " + model;
    }
}
