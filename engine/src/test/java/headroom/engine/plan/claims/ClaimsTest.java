package headroom.engine.plan.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import headroom.engine.method.Method;
import headroom.engine.method.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ClaimsTest {
    private static final String PLANS = """
            {"plans": {"a": {"method": "full", "model": "gpt2", "batch": 1, "length": 16}}, "claims": [%s]}""";
    private static final String CLAIM = """
            {"id": "x", "says": "weights", "published": %s, "unit": "MB", "basis": "arithmetic", "source": "a paper", %s, "planned": %s}""";

    @TestFactory
    Stream<DynamicTest> everyClaimHolds() {
        ClaimsDesk desk = new ClaimsDesk();
        return Methods.all().stream().flatMap(m -> ClaimsFile.of(m.id()).stream()).flatMap(file -> file.claims().stream().map(claim ->
                DynamicTest.dynamicTest(file.method() + " " + claim.id(), () -> {
                    Claim.Checked checked = desk.check(file, claim);
                    assertThat(checked.holds()).as("%s: published %s, planned %s %s", claim.says(), claim.published(), checked.planned(), claim.unit().words()).isTrue();
                })));
    }

    @Test
    void everyMethodOfTheCatalogueHasAFileAndEveryFileAMethod() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/headroom/claims"))) {
            assertThat(files.map(f -> f.getFileName().toString().replace(".json", ""))).containsExactlyInAnyOrderElementsOf(Methods.all().stream().map(Method::id).toList());
        }
    }

    /** GPT-2 in float32: 124,439,808 weights. */
    @Test
    void aFigureIsHeldAgainstItsToleranceOrItsBound() {
        assertThat(check("497.76", "\"tolerance\": 0.001", "{\"most\": [\"WEIGHTS\"], \"of\": \"a\"}").holds()).isTrue();
        assertThat(check("500", "\"tolerance\": 0.001", "{\"most\": [\"WEIGHTS\"], \"of\": \"a\"}").holds()).isFalse();
        assertThat(check("500", "\"bound\": \"at most\"", "{\"most\": [\"WEIGHTS\"], \"of\": \"a\"}").holds()).isTrue();
        assertThat(check("497", "\"bound\": \"at most\"", "{\"most\": [\"WEIGHTS\"], \"of\": \"a\"}").holds()).isFalse();
        assertThat(check("497", "\"bound\": \"at least\"", "{\"most\": [\"WEIGHTS\"], \"of\": \"a\"}").holds()).isTrue();
        assertThat(check("0", "\"tolerance\": 0.001", "{\"subtract\": [{\"parameters\": \"a\"}, {\"trained\": \"a\"}]}").difference()).isZero();
    }

    @Test
    void aFileThatCannotBeMeantIsRefusedWithTheReason() {
        assertThatThrownBy(() -> read(CLAIM.formatted("1", "\"tolerance\": 0", "{\"most\": [\"WEIGHTS\"], \"of\": \"b\"}"))).hasMessageContaining("'b'").hasMessageContaining("[a]");
        assertThatThrownBy(() -> read(CLAIM.formatted("1", "\"tolerance\": 0", "{\"least\": \"a\"}"))).hasMessageContaining("no quantity").hasMessageContaining("peak");
        assertThatThrownBy(() -> read(CLAIM.formatted("1", "\"bound\": \"equal\"", "{\"peak\": \"a\"}"))).hasMessageContaining("'tolerance' is missing");
        assertThatThrownBy(() -> read(CLAIM.formatted("1", "\"tolerence\": 0", "{\"peak\": \"a\"}"))).hasMessageContaining("no field 'tolerence'");
        String claim = CLAIM.formatted("1", "\"tolerance\": 0", "{\"peak\": \"a\"}");
        assertThatThrownBy(() -> read(claim + "," + claim)).hasMessageContaining("two claims are called 'x'");
    }

    private static Claim.Checked check(String published, String rule, String quantity) {
        ClaimsFile file = read(CLAIM.formatted(published, rule, quantity));
        return new ClaimsDesk().check(file, file.claims().getFirst());
    }

    private static ClaimsFile read(String claims) {
        try {
            JsonNode root = JsonMapper.builder().build().readTree(PLANS.formatted(claims));
            return ClaimsFile.read("full", root);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
