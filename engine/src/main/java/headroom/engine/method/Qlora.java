package headroom.engine.method;

import headroom.engine.recipe.ActivationsChoice;
import headroom.engine.recipe.OptimizerChoice;
import headroom.engine.recipe.Recipe;
import headroom.engine.recipe.WeightsChoice;
import java.util.ArrayList;
import java.util.List;

/**
 * QLoRA (Dettmers et al., 2023): LoRA over a base in 4-bit normal-float codes, with the scales of the blocks quantised again, and activation checkpointing. A matrix is
 * decoded for one product and dropped.
 */
final class Qlora {
    static final Method METHOD = new Method("qlora", "QLoRA", "QLoRA: Efficient Finetuning of Quantized LLMs", "Dettmers, NeurIPS 2023", 2023, "LoRA on a frozen 4-bit base", settings(), true, true,
            "Seven eighths of the base model's matrices, and activations through checkpointing.", "Decoding each matrix twice a step, a second forward pass; merging rounds again.", Qlora::recipe);

    private Qlora() {}

    private static List<Setting> settings() {
        List<Setting> all = new ArrayList<>(Lora.SETTINGS);
        all.add(Setting.flag("double", true, "double quantisation: the block scales in 8 bits too (0.37 bits per weight less)"));
        return all;
    }

    private static Recipe recipe(Settings s) {
        return Recipe.defaults().with(new WeightsChoice.NormalFloat4(64, s.flag("double"))).with(Lora.adapter(s)).with(new ActivationsChoice.BlockCheckpoint(1))
                .with(OptimizerChoice.adamW(5e-4).withClip(0.3));
    }
}
