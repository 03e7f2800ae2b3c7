package headroom.engine.method;

import com.google.auto.service.AutoService;
import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.WeightsChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * QLoRA (Dettmers et al., 2023): LoRA over a base in 4-bit normal-float codes, with the scales of the blocks quantised again, and activation checkpointing. A matrix is
 * decoded for one product and dropped.
 */
@AutoService(Method.Provider.class)
public final class Qlora implements Method.Provider {
    @Override
    public Method method() {
        return Method.of("qlora", "QLoRA", Method.Family.QUANTISED, "LoRA on a frozen 4-bit base")
                .paper("QLoRA: Efficient Finetuning of Quantized LLMs", "Dettmers, NeurIPS 2023", 2023)
                .with(settings())
                .trade("Seven eighths of the base model's matrices, and activations through checkpointing.",
                        "Decoding each matrix twice a step, a second forward pass; merging rounds again.")
                .trains((model, s) -> Sites.pairs(model, s.words("targets"), s.integer("rank")))
                .trial(Map.of("rank", "4", "alpha", "8"))
                .recipe(Qlora::recipe);
    }

    private static List<Setting> settings() {
        List<Setting> all = new ArrayList<>(Lora.SETTINGS);
        all.add(Setting.flag("double", true, "double quantisation: the block scales in 8 bits too (0.37 bits per weight less)"));
        all.add(Setting.flag("paged", false, "optimizer state of pairs of at least 100,000 elements rests in host memory and visits the device for its step"));
        return all;
    }

    private static Recipe recipe(Settings s) {
        return Recipe.defaults().with(WeightsChoice.NormalFloat.nf4(s.flag("double"))).with(Lora.adapter(s)).with(new ActivationsChoice.BlockCheckpoint(1))
                .with(OptimizerChoice.adamW(5e-4).withClip(0.3).with(s.flag("paged") ? OptimizerChoice.HostState.pages() : new OptimizerChoice.DeviceState()));
    }
}
