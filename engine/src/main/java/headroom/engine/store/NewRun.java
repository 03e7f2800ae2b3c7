package headroom.engine.store;

/**
 * What is known of a run before it begins. Everything it takes to begin or resume it is in {@code requestJson}.
 *
 * @param dataset id in the catalogue, or path of a file
 * @param datasetHash of its contents, so that a resume can tell that the file has changed
 * @param budgetBytes 0 where none is set
 * @param plannedPeakBytes of the dry run
 * @param planJson by category
 */
public record NewRun(
        String name, String model, String dataset, String datasetHash, String method, String recipeJson, String requestJson, long seed,
        int stepsTotal, long trainedParameters, long budgetBytes, long plannedPeakBytes, String planJson) {}
