package headroom.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headroom.engine.workbench.Catalog;
import headroom.engine.workbench.DatasetEntry;
import headroom.engine.workbench.MethodEntry;
import headroom.engine.workbench.ModelEntry;
import headroom.engine.workbench.Setting;
import headroom.engine.workbench.TaskKind;
import java.util.Collection;
import java.util.Locale;

/** The catalog as JSON. */
final class CatalogJson {
    private CatalogJson() {}

    static ObjectNode of(Catalog catalog, CatalogCommand.Part part) {
        final ObjectNode node = JsonParts.object();
        if (part != CatalogCommand.Part.datasets && part != CatalogCommand.Part.methods) {
            node.set("models", JsonParts.array(catalog.models(), CatalogJson::model));
        }
        if (part != CatalogCommand.Part.models && part != CatalogCommand.Part.methods) {
            node.set("datasets", JsonParts.array(catalog.datasets(), CatalogJson::dataset));
        }
        if (part != CatalogCommand.Part.models && part != CatalogCommand.Part.datasets) {
            node.set("methods", JsonParts.array(catalog.methods(), CatalogJson::method));
            node.set("commonSettings", JsonParts.array(catalog.commonSettings(), CatalogJson::setting));
        }
        return node;
    }

    private static ObjectNode model(ModelEntry model) {
        final ObjectNode node = JsonParts.object().put("id", model.id()).put("name", model.name()).put("family", model.family())
                .put("parameters", model.parameters()).put("layers", model.layers()).put("width", model.width()).put("vocab", model.vocab())
                .put("maxLength", model.maxLength()).put("bytesOnDisk", model.bytesOnDisk()).put("shapeOnly", model.shapeOnly());
        node.set("tasks", tasks(model.tasks()));
        return node.put("sample", model.sample());
    }

    private static ObjectNode dataset(DatasetEntry data) {
        final ObjectNode node = JsonParts.object().put("id", data.id()).put("name", data.name()).put("kind", task(data.kind()))
                .put("rows", data.rows()).put("badRows", data.badRows()).put("path", data.path().toString()).put("sample", data.sample());
        node.set("labels", JsonParts.texts(data.labels()));
        node.set("lengths", JsonParts.lengths(data.lengths()));
        return node;
    }

    private static ObjectNode method(MethodEntry method) {
        final ObjectNode node = JsonParts.object().put("id", method.id()).put("name", method.name()).put("family", method.family()).put("title", method.title())
                .put("paper", method.paper()).put("year", method.year()).put("oneLine", method.oneLine())
                .put("mergeable", method.mergeable()).put("exact", method.exact());
        node.set("tasks", tasks(method.tasks()));
        final ObjectNode slots = node.putObject("slots");
        method.slots().forEach(slot -> slots.putObject(slot.slot()).put("choice", slot.choice()).put("default", slot.standard()));
        node.set("settings", JsonParts.array(method.settings(), CatalogJson::setting));
        return node;
    }

    private static ObjectNode setting(Setting setting) {
        final ObjectNode node = JsonParts.object().put("key", setting.key()).put("label", setting.label()).put("slot", setting.slot())
                .put("type", setting.type().name().toLowerCase(Locale.ROOT)).put("default", setting.standard());
        JsonParts.number(node, "min", setting.min());
        JsonParts.number(node, "max", setting.max());
        node.set("choices", JsonParts.texts(setting.choices()));
        return node.put("help", setting.help());
    }

    private static ArrayNode tasks(Collection<TaskKind> tasks) {
        return JsonParts.texts(tasks.stream().sorted().map(CatalogJson::task).toList());
    }

    private static String task(TaskKind task) {
        return switch (task) {
            case CLASSIFICATION -> "classification";
            case LANGUAGE_MODEL -> "language-model";
        };
    }
}
