package headroom.engine.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Several safetensors files that an index joins into one set of names. */
final class ShardedTensors implements TensorFile {
    private final Path index;
    private final Map<String, SafeTensorsFile> shards;
    private final Map<String, SafeTensorsFile> shardOf;

    private ShardedTensors(Path index, Map<String, SafeTensorsFile> shards, Map<String, SafeTensorsFile> shardOf) {
        this.index = index;
        this.shards = shards;
        this.shardOf = shardOf;
    }

    /** Opens every shard of a checked index (tensor name to file name) and holds each to what the index says. */
    static ShardedTensors open(Path index, Map<String, String> weightMap) throws IOException {
        Map<String, SafeTensorsFile> shards = new LinkedHashMap<>();
        Map<String, SafeTensorsFile> shardOf = new LinkedHashMap<>();
        try {
            for (String file : weightMap.values()) {
                if (!shards.containsKey(file)) {
                    shards.put(file, SafeTensorsFile.open(index.resolveSibling(file)));
                }
            }
            for (Map.Entry<String, String> e : weightMap.entrySet()) {
                SafeTensorsFile shard = shards.get(e.getValue());
                if (!shard.names().contains(e.getKey())) {
                    throw TensorFile.missing(shard, e.getKey());
                }
                shardOf.put(e.getKey(), shard);
            }
            return new ShardedTensors(index, shards, shardOf);
        } catch (IOException | RuntimeException e) {
            shards.values().forEach(SafeTensorsFile::close);
            throw e;
        }
    }

    @Override
    public Path path() {
        return index;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(shardOf.keySet());
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public RawTensor get(String name) {
        SafeTensorsFile shard = shardOf.get(name);
        if (shard == null) {
            throw TensorFile.missing(this, name);
        }
        return shard.get(name);
    }

    @Override
    public void close() {
        shards.values().forEach(SafeTensorsFile::close);
    }
}
