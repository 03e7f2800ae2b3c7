package headroom.engine.model;

import headroom.engine.model.ModelConfig.Activation;
import headroom.engine.model.ModelConfig.Family;
import headroom.engine.model.ModelConfig.Norm;
import headroom.engine.model.ModelConfig.NormPlace;
import headroom.engine.model.ModelConfig.Positions;
import headroom.engine.model.ModelConfig.RopeScaling;
import java.util.Optional;

/** A configuration while it is being read; what stands here is the commonest choice among the families. */
final class ConfigDraft {
    Family family;
    int layers;
    int hidden;
    int heads;
    int kvHeads;
    int headDim;
    int intermediate;
    int vocab;
    int embedding;
    int maxPositions;
    Positions positions = Positions.LEARNED;
    int positionOffset;
    int tokenTypes;
    double ropeTheta;
    Optional<RopeScaling> ropeScaling = Optional.empty();
    int slidingWindow;
    Norm norm = Norm.LAYER_NORM;
    double normEps;
    NormPlace normPlace = NormPlace.BEFORE;
    boolean finalNorm;
    Activation activation;
    boolean gated;
    boolean qkvBias = true;
    boolean outBias = true;
    boolean mlpBias = true;
    boolean tiedHead = true;
    boolean pooler;
    int bosToken;
    int eosToken;
    int padToken;

    ModelConfig build() {
        return new ModelConfig(family, layers, hidden, heads, kvHeads, headDim, intermediate, vocab, embedding, maxPositions, positions,
                positionOffset, tokenTypes, ropeTheta, ropeScaling, slidingWindow, norm, normEps, normPlace, finalNorm, activation,
                gated, qkvBias, outBias, mlpBias, tiedHead, pooler, bosToken, eosToken, padToken);
    }
}
