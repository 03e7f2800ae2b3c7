#!/usr/bin/env bash
# linux.sh IMAGE: completes the application image before it is packed.
# The launcher that jpackage makes starts the JVM in its own process, too late to choose an allocator. So it steps aside under another name
# and a script of its old name, the one that menu and PATH know, preloads jemalloc and calls it.
set -euo pipefail
image=$1

mv "$image/bin/headroom" "$image/bin/headroom-jvm"
cat >"$image/bin/headroom" <<'LAUNCHER'
#!/bin/sh
# Preloads jemalloc, which keeps large blocks mapped between steps; HEADROOM_MALLOC=system leaves the C library's allocator in place.
here=$(dirname "$(readlink -f "$0")")
if [ "${HEADROOM_MALLOC:-}" != system ]; then
    for library in /usr/lib/*-linux-gnu/libjemalloc.so.2 /usr/lib64/libjemalloc.so.2 /usr/lib/libjemalloc.so.2; do
        if [ -e "$library" ]; then
            LD_PRELOAD=$library${LD_PRELOAD:+:$LD_PRELOAD}
            MALLOC_CONF=${MALLOC_CONF:-dirty_decay_ms:5000,muzzy_decay_ms:0,oversize_threshold:0}
            export LD_PRELOAD MALLOC_CONF
            break
        fi
    done
fi
exec "$here/headroom-jvm" "$@"
LAUNCHER
chmod 755 "$image/bin/headroom"

# The launcher finds its settings by its own name.
settings=$image/lib/app/headroom-jvm.cfg
cp "$image/lib/app/headroom.cfg" "$settings"

# The classes of a start are kept ready: it takes half the time. Made by one real start without a display.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
JAVA_TOOL_OPTIONS="-XX:AOTCacheOutput=$image/lib/app/start.aot -Djava.awt.headless=true" \
    "$image/bin/headroom" catalog --home "$home" --json - >/dev/null
test -s "$image/lib/app/start.aot"
sed -i 's/^\[JavaOptions\]$/&\njava-options=-XX:AOTCache=$APPDIR\/start.aot/' "$settings"
"$image/bin/headroom" --version
