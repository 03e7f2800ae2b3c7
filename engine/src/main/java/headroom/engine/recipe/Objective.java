package headroom.engine.recipe;

import headroom.engine.model.Model;
import headroom.engine.model.TaskHead;
import headroom.engine.recipe.data.DeviceBatch;
import headroom.engine.tape.Pass;
import headroom.engine.tape.Value;
import headroom.engine.tape.ops.CrossEntropy;
import headroom.engine.tape.stack.StackDriver;

/** What is minimised: pulls logits out of the model's hidden states and scores each unit. The batch's coefficients make one number of the scores. */
public sealed interface Objective {
    /** Logits of the units [M, classes]. */
    Value logits(Pass pass, StackDriver driver, DeviceBatch batch);

    /** Loss of each unit [M] (float32). */
    default Value losses(Pass pass, StackDriver driver, DeviceBatch batch) {
        Value l = logits(pass, driver, batch);
        String before = pass.compute().within("loss");
        Value losses = pass.apply(new CrossEntropy(batch.targets()), l.last());
        pass.compute().within(before);
        return losses;
    }

    /** True if every position has a target. */
    boolean perToken();

    /** Class of each row, through a task head. */
    record LabelLoss(Model model, TaskHead head) implements Objective {
        @Override
        public Value logits(Pass pass, StackDriver driver, DeviceBatch batch) {
            return head.logits(pass, model.hidden(pass, driver, batch.inputs()).last(), batch.inputs());
        }

        @Override
        public boolean perToken() {
            return false;
        }
    }

    /** Next token of each position, through the language-model head. */
    record TokenLoss(Model model) implements Objective {
        @Override
        public Value logits(Pass pass, StackDriver driver, DeviceBatch batch) {
            return model.head().forward(pass, model.hidden(pass, driver, batch.inputs()).last());
        }

        @Override
        public boolean perToken() {
            return true;
        }
    }
}
