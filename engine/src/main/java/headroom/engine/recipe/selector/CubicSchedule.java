package headroom.engine.recipe.selector;

import headroom.engine.recipe.SelectorChoice;

/**
 * A budget that stays at its start, falls along a cubic, and stays at its end: b(t) = end + (start − end)·(1 − (t − t₁) / (T − t₂ − t₁))³ between t₁ and T − t₂. Times are steps
 * done, so a run of T steps has t from 1 to T.
 *
 * @param start what there is
 * @param end what stays
 * @param from t₁
 * @param to T − t₂
 * @param every steps between choices
 */
record CubicSchedule(long start, long end, long from, long to, long every) {
    /** @throws IllegalArgumentException if the run has no end that is known */
    static CubicSchedule of(SelectorChoice.CubicBudget choice, long start, long end, long totalSteps) {
        if (totalSteps < 1) {
            throw new IllegalArgumentException("selector CubicBudget falls over the steps of a run, and this run has no known end; give a number of steps, or use AdapterOnly");
        }
        long from = Math.round(choice.first() * totalSteps);
        return new CubicSchedule(start, Math.min(start, end), from, Math.max(from, totalSteps - Math.round(choice.last() * totalSteps)), choice.every());
    }

    /** The budget after a step of the run, counted from 0. */
    long after(long step) {
        long t = step + 1;
        if (t <= from && from < to) {
            return start;
        }
        if (t >= to) {
            return end;
        }
        double left = 1 - (double) (t - from) / (to - from);
        return (long) (end + (start - end) * left * left * left);
    }

    /** True if it is chosen anew after a step: every so many while the budget falls, and a last time at its end. */
    boolean choosesAfter(long step) {
        long t = step + 1;
        return t == to || t > from && t < to && t % every == 0;
    }

    /** True if what was not chosen is switched off after a step: at each choice, and after every step once the choice stands. */
    boolean masksAfter(long step) {
        return step + 1 >= to || choosesAfter(step);
    }
}
