package headroom.resources;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The roles of one theme as its style sheet states them. */
record Theme(String name, Map<String, String> roles) {
    static final List<String> MEMORY = List.of("weights", "adapter", "gradients", "optimizer", "activations", "workspace", "data");

    static Theme read(String name) {
        final Matcher matcher = Pattern.compile("-([a-z][a-z0-9-]*):\\s*(#[0-9A-F]{6});").matcher(text("theme/" + name + ".css"));
        final Map<String, String> roles = new LinkedHashMap<>();
        while (matcher.find()) {
            roles.put(matcher.group(1), matcher.group(2));
        }
        return new Theme(name, roles);
    }

    Colour colour(String role) {
        return Colour.of(Objects.requireNonNull(roles.get(role), "-" + role + " is not stated in " + name + ".css"));
    }

    static String text(String path) {
        try (InputStream in = Theme.class.getResourceAsStream("/headroom/" + path)) {
            return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
