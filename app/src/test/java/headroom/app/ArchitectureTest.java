package headroom.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import headroom.engine.memory.Category;
import headroom.engine.workbench.Workbench;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Window and command line reach the engine through its facade only; in the window only view models talk to it. */
class ArchitectureTest {

    /** The words below the facade that its own records speak in. */
    private static final Class<?>[] SPOKEN_BY_THE_FACADE = {Category.class};

    private static JavaClasses app;

    @BeforeAll
    static void readTheApp() {
        app = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("headroom.app");
    }

    @Test
    void theEngineIsReachedThroughTheFacadeOnly() {
        noClasses().should().dependOnClassesThat(resideInAPackage("headroom.engine..").and(not(resideInAPackage("headroom.engine.workbench..")))
                .and(not(belongToAnyOf(SPOKEN_BY_THE_FACADE)))).because("the facade is the one way to the engine").allowEmptyShould(true).check(app);
    }

    @Test
    void whatIsAllowedBesideTheFacadeIsReallySpokenByIt() {
        final JavaClasses facade = new ClassFileImporter().importPackages("headroom.engine.workbench");
        final Set<String> spoken = facade.stream().filter(type -> type.isRecord() || type.isInterface())
                .flatMap(type -> type.getMethods().stream())
                .flatMap(method -> Stream.concat(method.getReturnType().getAllInvolvedRawTypes().stream(),
                        method.getParameterTypes().stream().flatMap(parameter -> parameter.getAllInvolvedRawTypes().stream())))
                .map(JavaClass::getName).collect(Collectors.toSet());
        for (final Class<?> word : SPOKEN_BY_THE_FACADE) {
            assertThat(spoken).contains(word.getName());
        }
    }

    @Test
    void inTheWindowOnlyViewModelsTalkToTheFacade() {
        noClasses().that().resideOutsideOfPackage("headroom.app.cli..").and().haveSimpleNameNotEndingWith("ViewModel")
                .and().doNotHaveSimpleName("HeadroomApplication")
                .should().dependOnClassesThat().areAssignableTo(Workbench.class)
                .because("views hold no logic; the application only hands the facade to the view models").allowEmptyShould(true).check(app);
    }

    @Test
    void viewModelsHoldNoControls() {
        noClasses().that().haveSimpleNameEndingWith("ViewModel")
                .should().dependOnClassesThat().resideInAnyPackage("javafx.scene..", "javafx.stage..", "eu.hansolo..", "org.controlsfx..")
                .because("a view model is tried without a window").allowEmptyShould(true).check(app);
    }

    @Test
    void theCommandLineStartsWithoutTheWindow() {
        noClasses().that().resideInAPackage("headroom.app.cli..").should().dependOnClassesThat().resideInAnyPackage("javafx..", "headroom.app.window..", "headroom.app.view..", "headroom.app.viewmodel..")
                .because("commands run on machines without a display").allowEmptyShould(true).check(app);
    }
}
