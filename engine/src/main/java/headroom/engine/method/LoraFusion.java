package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.AdapterChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * LoRAFusion (2025): several LoRA jobs on one frozen base. Every step holds a batch of each job; the base reads all rows at once, each job's pairs read its own. Loss, gradients,
 * clipping and optimizer state are each job's, so it learns what it would have learned alone.
 */
@AutoService(Method.Provider.class)
public final class LoraFusion implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("lorafusion", "LoRAFusion", Method.Family.ADAPTERS, "several LoRA jobs at once on one base")
                .paper("LoRAFusion: Efficient LoRA Fine-Tuning for LLMs", "CentML, EuroSys 2026", 2025)
                .with(Setting.integer("jobs", 4, 1, 64, "jobs that train together, job1, job2, …"),
                        Setting.words("ranks", "16", "rank of each job's pairs, or one for all"), Setting.words("rates", "1", "factor of the rate of each job, or one for all"),
                        Setting.words("batches", "0", "rows of each job in a micro-batch, or one for all; 0 for as many as batch says"),
                        Setting.number("alpha", 32, 1e-3, 1e6, "the pairs' scale is alpha / rank"), Setting.number("dropout", 0, 0, 0.95, "share of the pairs' input that is dropped in training"),
                        Setting.words("targets", "all", "last names of the sites that get pairs, e.g. q,v; or all"),
                        Setting.choice("rows", "parts", List.of("parts", "same"), "what the jobs learn from: each a part of the training rows, or all the same rows in orders of their own"))
                .trade("The base is there once for all jobs, and its small batches become one large one.", "Activations grow with the rows of all jobs; each job has its own adapter, gradients and state.")
                .staysApart()
                .trains((model, s) -> whole(s, "ranks").stream().mapToLong(r -> Sites.pairs(model, s.words("targets"), r)).sum())
                .trial(Map.of("jobs", "2", "ranks", "4,2", "alpha", "8", "batch", "8"))
                .recipe(LoraFusion::recipe);
    }

    private static Recipe recipe(Settings s) {
        List<AdapterChoice.SegmentedLowRank.Member> sets = new ArrayList<>();
        List<RunChoice.CoTraining.Job> jobs = new ArrayList<>();
        OptimizerChoice optimizer = OptimizerChoice.adamW(1e-3).with(new OptimizerChoice.Clip.PerGroup(1));
        List<Integer> ranks = whole(s, "ranks");
        List<Integer> batches = whole(s, "batches");
        List<Double> rates = each(s, "rates").stream().map(LoraFusion::factor).toList();
        for (int i = 0; i < s.integer("jobs"); i++) {
            String name = "job" + (i + 1);
            sets.add(new AdapterChoice.SegmentedLowRank.Member(name, i, new AdapterChoice.LowRank(ranks.get(i), s.number("alpha"), s.number("dropout"), s.words("targets"))));
            jobs.add(new RunChoice.CoTraining.Job(name, batches.get(i), s.text("rows").equals("same") ? -1 : i));
            if (rates.get(i) != 1) {
                optimizer = optimizer.withGroup(name, OptimizerChoice.Group.atRate(rates.get(i)));
            }
        }
        return Recipe.defaults().with(new AdapterChoice.SegmentedLowRank(sets)).with(optimizer).with(new RunChoice.CoTraining(jobs));
    }

    private static List<Integer> whole(Settings s, String key) {
        return each(s, key).stream().map(word -> {
            try {
                return Integer.valueOf(word);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("setting " + key + " holds '" + word + "'; expected whole numbers separated by commas", e);
            }
        }).toList();
    }

    private static Double factor(String word) {
        try {
            return Double.valueOf(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("setting rates holds '" + word + "'; expected numbers separated by commas", e);
        }
    }

    /** One word for each job; one that is given is for all. */
    private static List<String> each(Settings s, String key) {
        List<String> words = s.words(key);
        int jobs = s.integer("jobs");
        if (words.size() == 1) {
            return Collections.nCopies(jobs, words.getFirst());
        }
        if (words.size() != jobs) {
            throw new IllegalArgumentException("setting " + key + " has " + words.size() + " values for " + jobs + " jobs; give one for each, or one for all");
        }
        return words;
    }
}
