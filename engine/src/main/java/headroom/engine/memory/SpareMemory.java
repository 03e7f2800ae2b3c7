package headroom.engine.memory;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Pages that the C allocator keeps although nothing lies on them any more. A model that was loaded, or a run that was closed, leaves many: jemalloc, set to keep pages for
 * speed, never returns them by itself, and glibc returns those at the end of its heap only.
 *
 * <p>Linux: jemalloc by {@code mallctl("arena.4096.purge")} (4096 stands for all arenas; jemalloc 5 manual) where it is preloaded, else glibc's {@code malloc_trim(0)}. On other
 * systems nothing is asked for.
 */
public final class SpareMemory {
    private static final String ALL_ARENAS = "arena.4096.purge";
    private static final Runnable ASK = find();

    private SpareMemory() {}

    /** Asks the allocator to return them to the system. What is in use stays where it is. */
    public static void giveBack() {
        ASK.run();
    }

    /** True if the allocator of this process can be asked. */
    public static boolean canGiveBack() {
        return ASK != Nothing.NONE;
    }

    private enum Nothing implements Runnable {
        NONE;

        @Override
        public void run() {}
    }

    private static Runnable find() {
        if (!System.getProperty("os.name").startsWith("Linux")) {
            return Nothing.NONE;
        }
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup libc = linker.defaultLookup();
            MemorySegment mallctl = preloaded(linker, libc, "mallctl");
            if (!mallctl.equals(MemorySegment.NULL)) {
                AddressLayout p = ValueLayout.ADDRESS;
                return purge(linker.downcallHandle(mallctl, FunctionDescriptor.of(ValueLayout.JAVA_INT, p, p, p, p, ValueLayout.JAVA_LONG)));
            }
            return libc.find("malloc_trim").map(f -> trim(linker.downcallHandle(f, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)))).orElse(Nothing.NONE);
        } catch (IllegalCallerException | UnsupportedOperationException e) {
            // native access is not allowed to this process: it keeps its pages
            return Nothing.NONE;
        }
    }

    /** A function of any library in the process, NULL if there is none: the default lookup knows the C library alone. */
    private static MemorySegment preloaded(Linker linker, SymbolLookup libc, String name) {
        MemorySegment dlsym = libc.find("dlsym").orElse(MemorySegment.NULL);
        if (dlsym.equals(MemorySegment.NULL)) {
            return dlsym;
        }
        MethodHandle call = linker.downcallHandle(dlsym, FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            return (MemorySegment) call.invokeExact(MemorySegment.NULL, arena.allocateFrom(name));
        } catch (Throwable e) {
            throw new IllegalStateException("dlsym could not be called", e);
        }
    }

    private static Runnable purge(MethodHandle mallctl) {
        return () -> {
            try (Arena arena = Arena.ofConfined()) {
                int code = (int) mallctl.invokeExact(arena.allocateFrom(ALL_ARENAS), MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL, 0L);
                assert code == 0 : ALL_ARENAS + " gave " + code;
            } catch (Throwable e) {
                throw new IllegalStateException("jemalloc could not be asked for its free pages", e);
            }
        };
    }

    private static Runnable trim(MethodHandle trim) {
        return () -> {
            try {
                int any = (int) trim.invokeExact(0L);
                assert any == 0 || any == 1;
            } catch (Throwable e) {
                throw new IllegalStateException("the C library could not be asked for its free pages", e);
            }
        };
    }
}
