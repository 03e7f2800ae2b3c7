package headroom.engine.plan.claims;

import headroom.engine.method.Methods;
import headroom.engine.model.ModelConfig;
import headroom.engine.model.ModelShapes;
import headroom.engine.model.RandomWeights;
import headroom.engine.model.Transformers;
import headroom.engine.plan.MemoryPlan;
import headroom.engine.plan.Planner;
import headroom.engine.recipe.Assembly;
import headroom.engine.recipe.Recipe;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Checks claims by dry runs at the papers' scale. A setting that several claims share is planned once. Belongs to one thread. */
public final class ClaimsDesk {
    /** Long enough that every kind of step comes: layer draws, renewals of a basis. */
    private static final long STEPS = 1000;
    private static final int CLASSES = 2;

    private final Map<ClaimsFile.Setting, MemoryPlan> plans = new HashMap<>();

    /**
     * @param file that the claim stands in
     * @throws IllegalArgumentException if a setting cannot be planned
     */
    public Claim.Checked check(ClaimsFile file, Claim claim) {
        double planned = claim.planned().of(name -> plans.computeIfAbsent(file.settings().get(name), ClaimsDesk::plan));
        return new Claim.Checked(claim, planned / claim.unit().size());
    }

    static MemoryPlan plan(ClaimsFile.Setting s) {
        ModelConfig config = ModelShapes.find(s.model()).orElseThrow(() -> new IllegalArgumentException("no published shape '" + s.model() + "'")).config();
        Map<String, String> settings = new LinkedHashMap<>(s.settings());
        settings.put("batch", Integer.toString(s.batch()));
        settings.put("length", Integer.toString(s.length()));
        Assembly.ModelMaker maker = (c, dtype, storage) -> Transformers.build(config, new RandomWeights(c, dtype, storage, config, 1), 0);
        Assembly.Task task = config.family().isEncoder() || Methods.named(s.method()).classifier() ? new Assembly.Task.Classification(CLASSES) : new Assembly.Task.LanguageModelling();
        Recipe recipe = Methods.recipe(s.method(), settings);
        return Planner.plan(new Planner.Request(recipe, maker, task, recipe.fullBatch(), null, 1, STEPS));
    }
}
