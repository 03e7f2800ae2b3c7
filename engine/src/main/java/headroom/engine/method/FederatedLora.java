package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.RunChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * LoRA trained by several clients that keep their rows to themselves, simulated one after another on one machine: rounds of local steps, and a server that makes one adapter of
 * theirs, as FedPipe does it (2024). FedPipe's choice of sites, ranks and codes for each client is not part of it.
 */
@AutoService(Method.Provider.class)
public final class FederatedLora implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("federated-lora", "Federated LoRA", Method.Family.ADAPTERS, "one adapter from clients that share no rows, in simulated rounds")
                .paper("Automated Federated Pipeline for Parameter-Efficient Fine-Tuning of Large Language Models", "Fang, 2024, its rounds", 2024)
                .with(settings())
                .trade("Gradients and optimizer state of all frozen weights, as LoRA; and of the links, since only adapters travel.",
                        "Each step teaches one client alone, and optimizer state begins again every round.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank")))
                .trial(Map.of("rank", "4", "alpha", "8", "clients", "2", "local-steps", "2", "rate", "3e-2"))
                .recipe(s -> Recipe.defaults().with(Lora.adapter(s)).with(OptimizerChoice.adamW(1e-3))
                        .with(new RunChoice.FederatedRounds(s.integer("clients"), s.integer("local-steps"), s.number("evenness"), RunChoice.Average.valueOf(s.text("average").toUpperCase(Locale.ROOT)))));
    }

    private static List<Setting> settings() {
        List<Setting> all = new ArrayList<>(Lora.SETTINGS);
        all.add(Setting.integer("clients", 4, 1, 1000, "clients that work in turn in a round"));
        all.add(Setting.integer("local-steps", 10, 1, 1_000_000, "steps of a client in a round"));
        all.add(Setting.number("evenness", 0.5, 0, 1e6, "how even the classes of the clients are: small for clients that are unlike, 0 deals rows in turn"));
        all.add(Setting.choice("average", "products", List.of("products", "factors"), "what the server makes the mean of: the changes B·A, or A and B each by itself"));
        return all;
    }
}
