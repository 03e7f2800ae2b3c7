package headroom.engine.recipe;

import headroom.engine.compute.DType;
import headroom.engine.compute.Shape;
import headroom.engine.compute.Tensor;
import headroom.engine.tape.Parameter;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Set;
import java.util.function.Supplier;

/** How slot objects save and restore themselves: tensors and numbers by name. */
public final class State {
    private State() {}

    /** Takes what is to be saved. Tensors are read before the call returns. */
    public interface Writer {
        void tensor(String name, Tensor tensor);

        /** A tensor that is put together on the host; its little-endian bytes are asked for once, before the writing ends. */
        void data(String name, DType dtype, Shape shape, Supplier<ByteBuffer> bytes);

        void number(String name, long value);
    }

    /** Gives back what was saved. */
    public interface Reader {
        Set<String> tensors();

        DType dtype(String name);

        Shape shape(String name);

        /** Little-endian bytes. */
        ByteBuffer data(String name);

        /** @throws IllegalArgumentException if the checkpoint has no such number */
        long number(String name);
    }

    /** Something with state that outlives a step. */
    public interface Holder {
        void save(Writer w);

        /** @param parameters those that the saved state may belong to, found by path */
        void restore(Reader r, Collection<Parameter> parameters);
    }
}
