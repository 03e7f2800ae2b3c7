# shellcheck shell=bash
# What ./headroom and ./check share: find a JDK and Maven, the allocator, and the libraries of the system.
# Sourced by bash with `root` set to the top of the tree. Everything said to people goes to standard error.

# shellcheck disable=SC2034 # some of what stands here is read by the scripts that source it

: "${root:?}"
JAVA_WANTED=25
APT_LOG=

say() { printf 'headroom: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The folder where small "said once" markers live: beside the user's runs, so that a fresh clone does not ask again.
export HOME=${HOME:-$(cd ~ 2>/dev/null && pwd || echo /tmp)}
notices=$HOME/.headroom/notices

once() { # once NAME MESSAGE…: says the message unless it was said before on this account
    local marker=$notices/$1
    shift
    [[ -e $marker ]] && return 0
    say "$*"
    { mkdir -p "$notices" && : >"$marker"; } 2>/dev/null || true
}

is_linux() { [[ $(uname -s) == Linux ]]; }

# ---- JDK --------------------------------------------------------------------------------------------------------

java_release() { # java_release HOME: the feature number that this JDK itself reports; nothing where it does not start
    "$1/bin/java" -XshowSettings:properties -version 2>&1 </dev/null |
        sed -n 's/^ *java\.specification\.version = \([0-9]*\).*$/\1/p' | head -n 1
}

stated_release() { # what the folder's own note says: cheap to read
    sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*$/\2/p' "$1/release" 2>/dev/null | head -n 1 || true
}

is_wanted_jdk() { # a folder with a compiler whose own word is the wanted release or newer
    local home=$1 stated release
    [[ -x $home/bin/java && -x $home/bin/javac ]] || return 1
    # the note only ever rules a folder out; the JVM has the last word
    stated=$(stated_release "$home")
    [[ -n $stated ]] && ((stated < JAVA_WANTED)) && return 1
    release=$(java_release "$home")
    [[ -n $release ]] && ((release >= JAVA_WANTED))
}

jdk_candidates() {
    local tool home
    [[ -n ${JAVA_HOME:-} ]] && printf '%s\n' "$JAVA_HOME"
    if tool=$(command -v javac 2>/dev/null); then
        tool=$(readlink -f "$tool" 2>/dev/null || printf '%s' "$tool")
        printf '%s\n' "${tool%/bin/javac}"
    fi
    for home in "${HEADROOM_JVM_DIRECTORY:-/usr/lib/jvm}"/* \
        /usr/java/* /opt/java/* /opt/jdk* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home ~/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* ~/.jdks/*; do
        [[ -d $home ]] && printf '%s\n' "$home"
    done
}

find_jdk() { # sets and exports JAVA_HOME
    local home stated newest=0 where=
    while IFS= read -r home; do
        if is_wanted_jdk "$home"; then
            export JAVA_HOME=$home
            return 0
        fi
        stated=$(stated_release "$home")
        if [[ -n $stated ]] && ((stated > newest)); then newest=$stated where=" (the newest found is $stated, in $home)"; fi
    done < <(jdk_candidates)
    die "no JDK $JAVA_WANTED or newer was found in JAVA_HOME, on the PATH or in the usual places$where;" \
        "install one (Temurin $JAVA_WANTED: https://adoptium.net, or 'sdk install java $JAVA_WANTED-tem') or point JAVA_HOME at it."
}

# ---- Maven ------------------------------------------------------------------------------------------------------

need_maven() {
    command -v mvn >/dev/null 2>&1 ||
        die "Maven was not found on the PATH; install it ('apt-get install maven', 'brew install maven', or https://maven.apache.org)."
}

run_maven() { # Maven 3 on a new JDK warns about its own libraries; the two options keep that out of people's sight
    MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
        mvn -B -f "$root/pom.xml" "$@" </dev/null
}

# ---- libraries of the system (Linux) ----------------------------------------------------------------------------

library_path() { # library_path SONAME: where the loader would find it
    local cache file
    cache=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null) || cache=
    file=$(awk -v name="$1" '$1 == name { print $NF; exit }' <<<"$cache")
    if [[ -z $file ]]; then
        for file in /usr/lib/*-linux-gnu/"$1" /usr/lib64/"$1" /usr/lib/"$1" /usr/local/lib/"$1"; do
            [[ -e $file ]] && break
            file=
        done
    fi
    [[ -n $file ]] && printf '%s\n' "$file"
}

has_font() {
    [[ -n $(find /usr/share/fonts /usr/local/share/fonts ~/.fonts ~/.local/share/fonts \
        \( -name '*.ttf' -o -name '*.otf' \) -print -quit 2>/dev/null) ]]
}

# soname or `font`, then the Debian packages that carry it (the first one known to apt is taken)
ALLOCATOR_NEEDS=('libjemalloc.so.2 libjemalloc2')
DRAWING_NEEDS=('libpangoft2-1.0.so.0 libpangoft2-1.0-0' 'libfontconfig.so.1 libfontconfig1' 'font fonts-dejavu-core')
WINDOW_NEEDS=("${DRAWING_NEEDS[@]}" 'libgtk-3.so.0 libgtk-3-0t64 libgtk-3-0' 'libGL.so.1 libgl1' 'libXtst.so.6 libxtst6'
    'libXxf86vm.so.1 libxxf86vm1')

missing_packages() { # missing_packages NEED…: one line per need that is not met: its package names
    local need what
    for need in "$@"; do
        what=${need%% *}
        if [[ $what == font ]]; then has_font; else library_path "$what" >/dev/null; fi || printf '%s\n' "${need#* }"
    done
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 && { ((EUID == 0)) || sudo -n true 2>/dev/null; }
}

apt_install() { # apt_install "NAME OTHERNAME"…: one package per argument, under the first name that apt knows
    local names name packages=()
    APT_LOG=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update >"$APT_LOG" 2>&1 </dev/null || true
    for names in "$@"; do
        for name in $names; do
            if [[ -n $(apt-cache madison "$name" 2>/dev/null) ]]; then packages+=("$name"); break; fi
        done
    done
    ((${#packages[@]} > 0)) || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}" >>"$APT_LOG" 2>&1 </dev/null
}

# need_libraries NAME CONSEQUENCE NEED…: installs what is missing where that is allowed, and otherwise says so once
need_libraries() {
    local name=$1 consequence=$2 missing=() line short
    shift 2
    is_linux || return 0
    while IFS= read -r line; do missing+=("$line"); done < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0
    short=$(for line in "${missing[@]}"; do printf '%s ' "${line##* }"; done)
    short=${short% }
    if [[ ! -e $notices/apt-$name ]] && may_install; then
        say "installing with apt-get: $short"
        if apt_install "${missing[@]}" && [[ -z $(missing_packages "$@") ]]; then
            rm -f "$APT_LOG"
            return 0
        fi
        { mkdir -p "$notices" && : >"$notices/apt-$name"; } 2>/dev/null || true
        say "apt-get did not install them (its words: $APT_LOG)"
    fi
    once "missing-$name" "missing on this system: $short; $consequence" \
        "(remedy: sudo apt-get install $short, or the like of your system). Going on without; this is said once."
    return 0
}

# ---- allocator --------------------------------------------------------------------------------------------------

# Large tensors come and go at every step. The C library gives such blocks back to the system each time and pays for it in page
# faults; jemalloc keeps them (docs/decisions/0002-jemalloc-preload.md).
preload_allocator() {
    local library
    is_linux || return 0
    [[ ${HEADROOM_MALLOC:-} == system ]] && return 0
    need_libraries allocator "training runs slower, since the allocator of the C library gives large blocks back to the system at every step" "${ALLOCATOR_NEEDS[@]}"
    library=$(library_path libjemalloc.so.2) || return 0
    export LD_PRELOAD=$library${LD_PRELOAD:+:$LD_PRELOAD}
    export MALLOC_CONF=${MALLOC_CONF:-dirty_decay_ms:5000,muzzy_decay_ms:0,oversize_threshold:0}
}
