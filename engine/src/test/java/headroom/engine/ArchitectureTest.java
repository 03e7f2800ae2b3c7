package headroom.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The floors of the engine: a floor imports only floors below it, so that each can be read and tested without what stands on it. */
class ArchitectureTest {

    /** Bottom first; packages of one floor do not know each other. */
    private static final List<List<String>> FLOORS = List.of(
            List.of("memory"), List.of("compute"), List.of("tape"), List.of("data", "exchange"), List.of("model"), List.of("recipe"), List.of("method"),
            List.of("train", "plan"), List.of("store"), List.of("workbench"));

    private static JavaClasses engine;

    @BeforeAll
    static void readTheEngine() {
        engine = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("headroom.engine");
    }

    @TestFactory
    Stream<DynamicTest> aFloorImportsOnlyFloorsBelow() {
        return FLOORS.stream().flatMap(List::stream)
                .map(room -> DynamicTest.dynamicTest(room, () -> importsOnlyFloorsBelow(room).allowEmptyShould(true).check(engine)));
    }

    @Test
    void everyClassStandsOnAFloor() {
        final String[] rooms = FLOORS.stream().flatMap(List::stream).map(ArchitectureTest::packageOf).toArray(String[]::new);
        classes().should().resideInAnyPackage(rooms).because("a new package needs its floor in DESIGN.md and here").check(engine);
    }

    @Test
    void theEngineKnowsNoWindow() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("javafx..", "java.awt..", "javax.swing..", "headroom.app..", "picocli..")
                .because("window and command line stand on the engine, never the other way round").check(engine);
    }

    @Test
    void onlyTheComputeFloorKnowsTheTensorLibrary() {
        noClasses().that().resideOutsideOfPackages(packageOf("compute"), packageOf("data"))
                .should().dependOnClassesThat().resideInAnyPackage("ai.djl.ndarray..", "ai.djl.pytorch..")
                .because("every tensor is booked by the ledger, and the dry run runs the same code").check(engine);
    }

    @Test
    void theRuleSeesAnImportFromAbove() {
        // held against a class that breaks it, so that a rule that checks nothing would be noticed
        final JavaClasses upside = new ClassFileImporter().importClasses(headroom.engine.memory.UpsideDown.class);
        assertThat(upside).hasSize(1);
        assertThatThrownBy(() -> importsOnlyFloorsBelow("memory").check(upside)).isInstanceOf(AssertionError.class).hasMessageContaining("DType");
    }

    private static ArchRule importsOnlyFloorsBelow(final String room) {
        final List<String> closed = new ArrayList<>();
        boolean below = true;
        for (final List<String> floor : FLOORS) {
            below &= !floor.contains(room);
            if (!below) {
                floor.stream().filter(other -> !other.equals(room)).map(ArchitectureTest::packageOf).forEach(closed::add);
            }
        }
        return noClasses().that().resideInAPackage(packageOf(room)).should().dependOnClassesThat().resideInAnyPackage(closed.toArray(String[]::new))
                .because("a floor imports only floors below it");
    }

    private static String packageOf(final String room) {
        return "headroom.engine." + room + "..";
    }
}
