package headroom.app.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LearnPagesTest {
    private static final Set<String> VIEWS = Set.of("catalog", "plan", "run", "compare", "try");

    @Test
    void theBasicsComeFirstThenEveryPageThatIsThereByTitle() {
        final List<LearnPages.Page> pages = LearnPages.all();
        assertThat(pages.subList(0, 2)).extracting(LearnPages.Page::id).containsExactly("where-memory-goes", "reading-the-plan");
        final List<LearnPages.Page> methods = pages.stream().dropWhile(page -> !page.group().equals("Methods")).toList();
        assertThat(methods).allSatisfy(page -> assertThat(page.group()).isEqualTo("Methods")).extracting(LearnPages.Page::id)
                .doesNotHaveDuplicates().contains("full", "lora", "qlora", "lisa", "mezo", "galore", "checkpointing");
        assertThat(methods).extracting(LearnPages.Page::title).isSortedAccordingTo(String.CASE_INSENSITIVE_ORDER);
    }

    @Test
    void everyPageHasATitleAndABody() {
        assertThat(LearnPages.all()).allSatisfy(page -> {
            assertThat(page.markdown()).startsWith("# ");
            assertThat(page.title()).isNotEqualTo(page.id());
            assertThat(page.markdown().length()).isGreaterThan(600);
        });
    }

    @Test
    void everyLinkLeadsToAPageOrAView() {
        final List<LearnPages.Page> pages = LearnPages.all();
        final Set<String> known = new TreeSet<>(pages.stream().map(LearnPages.Page::id).collect(Collectors.toSet()));
        known.addAll(VIEWS);
        for (final LearnPages.Page page : pages) {
            final Matcher links = Pattern.compile("\\]\\(([^)]*)\\)").matcher(page.markdown());
            while (links.find()) {
                assertThat(known).as("link in " + page.id()).contains(links.group(1));
            }
        }
    }
}
