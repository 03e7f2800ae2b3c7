package headroom.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogCommandTest {
    @Test
    void manyChoicesGoOnUnderEachOtherAndNoneIsLost() {
        final String many = String.join(" | ", List.of("dense", "bf16", "fp16", "int8", "int4-shrink", "int3-shrink", "int2-shrink", "int4-grid", "factored-sparse", "2:4", "cut"));
        final List<String> lines = CatalogCommand.lines(many);
        assertThat(lines).hasSizeGreaterThan(1).allMatch(line -> line.length() <= CatalogCommand.VALUES_WIDTH + 5);
        assertThat(String.join(" ", lines)).isEqualTo(many);
        assertThat(CatalogCommand.lines("integer from 1 to 9")).containsExactly("integer from 1 to 9");
        assertThat(CatalogCommand.lines("text")).containsExactly("text");
    }
}
