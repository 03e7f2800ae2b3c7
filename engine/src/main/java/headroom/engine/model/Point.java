package headroom.engine.model;

import headroom.engine.tape.Parameter;
import java.util.List;

/** A named place in a model where an adapter attaches. A model lists its points ({@link Model#points()}), and adapters find theirs by pattern ({@link Points}). */
public sealed interface Point permits ValuePoint, KeyValuePoint, QueryPoint, TokenPoint, LadderPoint {
    /** Dotted path, e.g. {@code decoder.3.mlp.inner}. */
    String path();

    /** Width of the rows that pass here. */
    long width();

    /** Everything that is attached here and could train. */
    List<Parameter> parameters();
}
