package headroom.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ledger explains the process: on runs of more than 500 MB, the growth of the process is the ledger's peak within 5 %, and the arena with what lies outside it within 3 %. */
@EnabledOnOs(OS.LINUX)
class ProcessGrowthTest {
    @ParameterizedTest
    @CsvSource({"full, f32, 24, 128, ''", "lora, f32, 36, 128, arena=false", "lora, f32, 36, 128, ''", "full, bf16, 32, 128, ''", "full, f32, 48, 128, saves=int8"})
    void theLedgerPeakExplainsTheGrowthOfTheProcess(String method, String compute, String rows, String length, String more) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-Xms192m", "-Xmx192m",
                "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath(), GrowthAudit.class.getName(), method, compute, rows, length, more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> env = builder.environment();
        // the system's allocator, told to map large blocks one by one, gives each back when it is freed
        env.remove("LD_PRELOAD");
        env.put("MALLOC_MMAP_THRESHOLD_", "65536");
        env.put("MALLOC_TRIM_THRESHOLD_", "65536");
        env.put("MALLOC_ARENA_MAX", "1");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        long peak = figure(out, "ledger peak");
        long growth = figure(out, "growth");
        System.out.printf("%s %s %s x %s %s: ledger peak %,d B, process growth %,d B, %+.2f %%%n", method, compute, rows, length, more, peak, growth, 100.0 * (growth - peak) / peak);
        assertThat(peak).isGreaterThan(500_000_000L);
        assertThat((double) growth).isBetween(0.95 * peak, 1.05 * peak);
        long inAll = figure(out, "in all");
        assertThat((double) growth).as("growth beside the arena and what lies outside it").isBetween(0.97 * inAll, 1.03 * inAll);
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")).replace(";", File.pathSeparator);
    }

    private static long figure(String out, String name) {
        Matcher m = Pattern.compile(Pattern.quote(name) + " (-?\\d+)").matcher(out);
        assertThat(m.find()).as(out).isTrue();
        return Long.parseLong(m.group(1));
    }
}
