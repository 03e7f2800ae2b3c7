package headroom.engine.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Recipes are stored with their runs; what an earlier version wrote is brought to today's form before it is read. */
final class OlderForms {
    private static final String KIND = "kind";

    private OlderForms() {}

    /** Changes the tree of a recipe in place; one of today's form stays as it is. */
    static void upgrade(JsonNode recipe) {
        if (recipe.get("optimizer") instanceof ObjectNode o && o.has("inBackward")) {
            optimizer(o);
        }
    }

    /** {rule with its state type, subspace, inBackward, dropOnFreeze, schedule, clip as a number}. */
    private static void optimizer(ObjectNode o) {
        boolean adam = false;
        String state = "F32";
        if (o.get("rule") instanceof ObjectNode rule) {
            adam = "AdamW".equals(rule.path(KIND).asText());
            JsonNode s = rule.remove("state");
            state = s == null ? state : s.asText();
        }
        boolean wide = state.equals("F32");
        o.set("state", kind(wide ? "Float32State" : "Bf16State"));
        o.put("master", adam && wide);
        o.put("timing", o.remove("inBackward").asBoolean() ? "IN_BACKWARD" : "BOUNDARY");
        o.set("residence", kind("DeviceState"));
        JsonNode drop = o.remove("dropOnFreeze");
        o.set("lifecycle", kind(drop != null && drop.asBoolean() ? "DropOnFreeze" : "Keep"));
        double clip = o.path("clip").asDouble();
        o.set("clip", clip > 0 ? kind("Global").put("limit", clip) : kind("None"));
    }

    private static ObjectNode kind(String name) {
        return JsonNodeFactory.instance.objectNode().put(KIND, name);
    }
}
