package headroom.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The published shapes that can be planned for; the resource holds their configurations under the published field names. */
public final class ModelShapes {
    private static final String RESOURCE = "/headroom/model-shapes.json";

    private ModelShapes() {
    }

    /** All shapes, grouped by family, small to large. */
    public static List<ModelShape> all() {
        return Loaded.SHAPES;
    }

    /** The shape of that id, in any case of letters. */
    public static Optional<ModelShape> find(String id) {
        String wanted = id.toLowerCase(Locale.ROOT);
        return all().stream().filter(s -> s.id().equals(wanted)).findFirst();
    }

    /** Read once, at first use. */
    private static final class Loaded {
        static final List<ModelShape> SHAPES = load();

        private static List<ModelShape> load() {
            try (InputStream in = ModelShapes.class.getResourceAsStream(RESOURCE)) {
                List<ModelShape> shapes = new ArrayList<>();
                for (JsonNode n : JsonMapper.builder().build().readTree(in)) {
                    String id = n.get("id").textValue();
                    ModelConfig config = HuggingFaceConfig.parse(Path.of(RESOURCE, id), n.get("config"));
                    shapes.add(new ModelShape(id, n.get("title").textValue(), n.get("source").textValue(), n.get("licence").textValue(), config));
                }
                return List.copyOf(shapes);
            } catch (IOException e) {
                throw new UncheckedIOException("the catalogue of model shapes cannot be read", e);
            }
        }
    }
}
