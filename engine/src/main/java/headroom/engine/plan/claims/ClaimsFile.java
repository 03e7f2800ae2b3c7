package headroom.engine.plan.claims;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The claims of one method, as its resource states them.
 *
 * @param method id of the catalogue
 * @param settings what is planned, by the name that the claims call it
 */
public record ClaimsFile(String method, Map<String, Setting> settings, List<Claim> claims) {
    private static final String FOLDER = "/headroom/claims/";
    private static final Set<String> FIELDS = Set.of("id", "says", "published", "unit", "basis", "source", "note", "bound", "tolerance", "planned");

    /**
     * One dry run.
     *
     * @param method id of the catalogue, not always the file's own: a saving is one over something
     * @param model id of a published shape
     * @param batch rows of a part of a step; of the step, where it has one part
     * @param settings of the method, over its standards
     */
    public record Setting(String method, String model, int batch, int length, Map<String, String> settings) {
        /** For people: {@code full, llama-7b, 1 × 256 tokens, compute=bf16}. */
        public String words() {
            StringBuilder s = new StringBuilder(method).append(", ").append(model).append(", ").append(batch).append(" × ").append(length).append(" tokens");
            settings.forEach((key, value) -> s.append(", ").append(key).append('=').append(value));
            return s.toString();
        }
    }

    /** Empty for a method that nobody has claims of. */
    public static Optional<ClaimsFile> of(String method) {
        String name = FOLDER + method + ".json";
        try (InputStream in = ClaimsFile.class.getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(read(method, JsonMapper.builder().build().readTree(in)));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        } catch (RuntimeException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }

    /**
     * @throws IllegalArgumentException if something is missing, unknown or named twice
     */
    static ClaimsFile read(String method, JsonNode root) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        required(root, "plans").properties().forEach(e -> settings.put(e.getKey(), setting(method, e.getValue())));
        List<Claim> claims = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonNode n : required(root, "claims")) {
            Claim c = claim(n);
            if (!ids.add(c.id())) {
                throw new IllegalArgumentException("two claims are called '" + c.id() + "'");
            }
            for (String plan : c.planned().plans()) {
                if (!settings.containsKey(plan)) {
                    throw new IllegalArgumentException("claim '" + c.id() + "' reads a plan '" + plan + "'; there are " + settings.keySet());
                }
            }
            claims.add(c);
        }
        return new ClaimsFile(method, settings, List.copyOf(claims));
    }

    private static Setting setting(String method, JsonNode n) {
        Map<String, String> settings = new LinkedHashMap<>();
        n.path("settings").properties().forEach(e -> settings.put(e.getKey(), e.getValue().asText()));
        return new Setting(n.path("method").asText(method), required(n, "model").textValue(), required(n, "batch").intValue(), required(n, "length").intValue(), settings);
    }

    private static Claim claim(JsonNode n) {
        n.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException("a claim has no field '" + field + "'; it has " + FIELDS);
            }
        });
        Claim.Bound bound = Claim.Bound.named(n.path("bound").asText("equal"));
        return new Claim(required(n, "id").textValue(), required(n, "says").textValue(), required(n, "published").doubleValue(), Claim.Unit.named(required(n, "unit").textValue()),
                Claim.Basis.named(required(n, "basis").textValue()), required(n, "source").textValue(), n.path("note").asText(""), bound,
                bound == Claim.Bound.EQUAL ? required(n, "tolerance").doubleValue() : 0, Quantity.read(required(n, "planned")));
    }

    private static JsonNode required(JsonNode n, String field) {
        JsonNode value = n.get(field);
        if (value == null) {
            throw new IllegalArgumentException("'" + field + "' is missing in " + n);
        }
        return value;
    }
}
