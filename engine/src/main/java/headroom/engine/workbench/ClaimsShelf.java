package headroom.engine.workbench;

import headroom.engine.method.Method;
import headroom.engine.method.Methods;
import headroom.engine.plan.claims.Claim;
import headroom.engine.plan.claims.ClaimsDesk;
import headroom.engine.plan.claims.ClaimsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** The claims of the catalogue's methods, checked when asked. */
final class ClaimsShelf {
    private ClaimsShelf() {}

    static boolean has(Method method) {
        return ClaimsFile.of(method.id()).isPresent();
    }

    /** @param method empty for all methods, in catalogue order */
    static List<ClaimRow> check(Optional<String> method, Progress progress) {
        final List<ClaimsFile> files = method.map(id -> List.of(named(id))).orElseGet(Methods::all).stream().flatMap(m -> ClaimsFile.of(m.id()).stream()).toList();
        final int all = files.stream().mapToInt(file -> file.claims().size()).sum();
        final ClaimsDesk desk = new ClaimsDesk();
        final List<ClaimRow> rows = new ArrayList<>();
        for (final ClaimsFile file : files) {
            for (final Claim claim : file.claims()) {
                if (progress.cancelled()) {
                    throw new CancellationException("nobody waits for the claims any more");
                }
                progress.at(new Progress.At(claim.says(), rows.size(), all, "claims"));
                rows.add(row(file, desk.check(file, claim)));
            }
        }
        return rows;
    }

    private static Method named(String id) {
        try {
            return Methods.named(id);
        } catch (IllegalArgumentException e) {
            throw new WorkbenchException(Problem.of("There are no claims to check: " + e.getMessage() + ".", "Nothing was changed.", "headroom catalog methods lists the methods."), e);
        }
    }

    private static ClaimRow row(ClaimsFile file, Claim.Checked checked) {
        final Claim claim = checked.claim();
        return new ClaimRow(file.method(), claim.id(), claim.says(), claim.basis().name().toLowerCase(Locale.ROOT), claim.source(),
                claim.planned().plans().stream().map(name -> file.settings().get(name).words()).toList(), claim.published(), checked.planned(), claim.unit().words(),
                claim.bound().name().toLowerCase(Locale.ROOT).replace('_', ' '), claim.tolerance(), checked.difference(), checked.holds(), claim.note());
    }
}
