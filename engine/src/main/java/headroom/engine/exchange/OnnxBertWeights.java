package headroom.engine.exchange;

import headroom.engine.compute.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A BERT encoder exported to ONNX, seen under its Hugging Face names: {@code encoder.layer.3.attention.self.query.weight} is
 * [out, in] as in a checkpoint, although the export keeps it [in, out] under a number.
 *
 * <p>Which number is which matrix is read from the graph: a MatMul by an initialiser, whose product an Add joins with the
 * initialiser {@code X.bias}, multiplies by the transpose of {@code X.weight}. All shapes are checked on opening; a matrix is
 * transposed when it is asked for.
 */
public final class OnnxBertWeights implements TensorFile {
    private static final String BIAS = ".bias";
    private static final String WEIGHT = ".weight";
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String ADVICE = "Use a BERT encoder exported with its parameter names kept.";

    private final OnnxFile file;
    /** Name as in a checkpoint to name in the export. */
    private final Map<String, String> stored;
    private final Set<String> transposed;

    private OnnxBertWeights(OnnxFile file, Map<String, String> stored, Set<String> transposed) {
        this.file = file;
        this.stored = stored;
        this.transposed = transposed;
    }

    /**
     * Opens the export.
     *
     * @throws IOException     if it cannot be read
     * @throws FormatException if it is no ONNX file, or not a BERT encoder whose every weight is found with its right shape
     */
    public static OnnxBertWeights open(Path path) throws IOException {
        OnnxFile file = OnnxFile.open(path);
        try {
            Map<String, String> matrices = matrices(file);
            Map<String, String> stored = new LinkedHashMap<>();
            for (String name : file.names()) {
                // the table of positions 0, 1, 2, … is no weight
                if (!matrices.containsValue(name) && !name.equals("embeddings.position_ids")) {
                    if (name.endsWith(BIAS) && matrices.containsKey(weightOf(name))) {
                        stored.put(weightOf(name), matrices.get(weightOf(name)));
                    }
                    stored.put(name, name);
                }
            }
            OnnxBertWeights weights = new OnnxBertWeights(file, stored, matrices.keySet());
            weights.checkShapes();
            return weights;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static String weightOf(String bias) {
        return bias.substring(0, bias.length() - BIAS.length()) + WEIGHT;
    }

    /** Checkpoint name of each matrix to its name in the export, from the graph. */
    private static Map<String, String> matrices(OnnxFile file) {
        Map<String, String> matrixOfProduct = new HashMap<>();
        Map<String, String> matrices = new LinkedHashMap<>();
        for (OnnxNode node : file.nodes()) {
            if (node.opType().equals("MatMul") && node.inputs().size() == 2 && node.outputs().size() == 1
                    && file.names().contains(node.inputs().get(1))) {
                matrixOfProduct.put(node.outputs().getFirst(), node.inputs().get(1));
            } else if (node.opType().equals("Add") && node.inputs().size() == 2) {
                nameByBias(file, node.inputs(), matrixOfProduct, matrices);
            }
        }
        if (!matrixOfProduct.isEmpty()) {
            throw new FormatException(file.path(), "matrix '" + matrixOfProduct.values().iterator().next() + "'", "no Add of a named bias after its MatMul",
                    "one, which tells its place in the model", ADVICE);
        }
        return matrices;
    }

    private static void nameByBias(OnnxFile file, List<String> inputs, Map<String, String> matrixOfProduct, Map<String, String> matrices) {
        for (int i = 0; i < 2; i++) {
            String bias = inputs.get(i);
            String product = inputs.get(1 - i);
            if (bias.endsWith(BIAS) && file.names().contains(bias) && matrixOfProduct.containsKey(product)) {
                String matrix = matrixOfProduct.remove(product);
                if (matrices.containsValue(matrix) || matrices.putIfAbsent(weightOf(bias), matrix) != null) {
                    throw new FormatException(file.path(), "bias '" + bias + "'", "a second product that uses it or its matrix", "one", ADVICE);
                }
            }
        }
    }

    private void checkShapes() {
        long d = expectMatrix(WORDS).dim(1);
        expect("embeddings.position_embeddings.weight", Shape.of(expectMatrix("embeddings.position_embeddings.weight").dim(0), d));
        expect("embeddings.token_type_embeddings.weight", Shape.of(expectMatrix("embeddings.token_type_embeddings.weight").dim(0), d));
        expectNorm("embeddings.LayerNorm", d);
        if (layers() == 0) {
            throw new FormatException(path(), "encoder", "no layer", "encoder.layer.0 and its like", ADVICE);
        }
        for (int i = 0; i < layers(); i++) {
            String layer = "encoder.layer." + i + ".";
            long wide = shape(layer + "intermediate.dense.bias").elements();
            for (String square : List.of("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")) {
                expectLinear(layer + square, d, d);
            }
            expectLinear(layer + "intermediate.dense", wide, d);
            expectLinear(layer + "output.dense", d, wide);
            expectNorm(layer + "attention.output.LayerNorm", d);
            expectNorm(layer + "output.LayerNorm", d);
        }
    }

    /** Number of layers the names speak of. */
    public int layers() {
        int layers = 0;
        while (layerIsNamed(layers)) {
            layers++;
        }
        return layers;
    }

    private boolean layerIsNamed(int layer) {
        String prefix = "encoder.layer." + layer + ".";
        return stored.keySet().stream().anyMatch(n -> n.startsWith(prefix));
    }

    private void expectLinear(String name, long out, long in) {
        expect(name + WEIGHT, Shape.of(out, in));
        expect(name + BIAS, Shape.of(out));
    }

    private void expectNorm(String name, long d) {
        expect(name + WEIGHT, Shape.of(d));
        expect(name + BIAS, Shape.of(d));
    }

    private Shape expectMatrix(String name) {
        Shape shape = shape(name);
        if (shape.rank() != 2) {
            throw new FormatException(path(), "tensor '" + name + "'", "shape " + shape, "a matrix", ADVICE);
        }
        return shape;
    }

    private void expect(String name, Shape expected) {
        if (!shape(name).equals(expected)) {
            throw new FormatException(path(), "tensor '" + name + "'", "shape " + shape(name), "shape " + expected, ADVICE);
        }
    }

    private Shape shape(String name) {
        Shape shape = file.get(storedName(name)).shape();
        return transposed.contains(name) && shape.rank() == 2 ? Shape.of(shape.dim(1), shape.dim(0)) : shape;
    }

    private String storedName(String name) {
        String storedName = stored.get(name);
        if (storedName == null) {
            throw TensorFile.missing(this, name);
        }
        return storedName;
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(stored.keySet());
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    /** The tensor; a matrix of a linear layer is a transposed copy made now. */
    @Override
    public RawTensor get(String name) {
        RawTensor tensor = file.get(storedName(name)).named(name);
        return transposed.contains(name) ? tensor.transposed() : tensor;
    }

    @Override
    public void close() {
        file.close();
    }
}
