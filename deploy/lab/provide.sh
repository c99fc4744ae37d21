#!/usr/bin/env bash
# Stand-ins for the lab's public parts, for a machine that reaches package registries only:
# a private Docker engine and images of a build host, BuildKit, a registry, a shaped link and a base
# image; on demand also of the newest BuildKit and an S3 store.
# A machine with Docker that can pull public images needs nothing of this.
#
#   provide.sh                 engine and images; prints the file to source
#   provide.sh [newest|store]  those, and what is named; all: each of them
#   provide.sh stop            stops the private engine
#
# Needs Debian, root, apt and Go >= 1.24. Everything it makes lies in one folder (LAB_CACHE), but
# for small packages of Debian's that it installs and leaves: debootstrap, iproute2, iptables, runc,
# tini; Go's own caches of modules and builds (`go clean -cache -modcache` empties them); and, while
# the engine runs, a network bridge and rules of iptables. A second call finds its parts there.
set -euo pipefail
shopt -s nullglob

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/codebuild-cache-lab}
BUILDKIT_VERSION=${BUILDKIT_VERSION:-v0.25.2}
NEWEST_BUILDKIT_VERSION=${NEWEST_BUILDKIT_VERSION:-v0.34.2}
STORE_VERSION=v1.8.0
LINK_VERSION=v2.12.0
parts=$LAB_CACHE/parts
run=$LAB_CACHE/engine
settings=$LAB_CACHE/lab.env
socket=$run/docker.sock
bridge=cachelab0
suite=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")

say() { printf 'lab: %s\n' "$*" >&2; }
die() { printf 'lab: %s\n' "$*" >&2; exit 1; }

# Says every TELL_SECONDS that a command still runs; whoever calls it has said that it begins.
telling() { # words command...
    local words=$1 begin=$SECONDS teller
    shift
    while sleep "${TELL_SECONDS:-15}" 2>/dev/null && kill -0 $$ 2>/dev/null; do
        say "still $words, $((SECONDS - begin)) s"
    done >/dev/null </dev/null &
    teller=$!
    # shellcheck disable=SC2064
    trap "kill $teller 2>/dev/null || :" EXIT
    "$@"
    trap - EXIT
    kill "$teller" 2>/dev/null || :
    wait "$teller" 2>/dev/null || :
}

check_machine() {
    [ "$(uname -s)" = Linux ] || die "stand-ins are built on Linux only; elsewhere install Docker."
    [ "$(id -u)" = 0 ] || die "a private engine needs root; run as root, or install Docker."
    [ -e /etc/debian_version ] && [ -n "$suite" ] && command -v apt-get >/dev/null ||
        die "this is no Debian release; install Docker instead."
    command -v go >/dev/null || die "no Go here (1.24 or newer builds BuildKit); install golang-go."
    local free
    free=$(df -Pk "$(dirname "$LAB_CACHE")" | awk 'NR == 2 { print int($4 / 1048576) }')
    [ "$free" -ge 8 ] || die "$free GB free for $LAB_CACHE, 8 needed; free some or set LAB_CACHE."
}

# Stable packages that are installed as usual.
install_tools() {
    local missing=() tool package
    for tool in debootstrap:debootstrap ip:iproute2 iptables:iptables tini:tini runc:runc; do
        package=${tool#*:}
        command -v "${tool%%:*}" >/dev/null || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]}"
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" \
        >/dev/null
}

# Newer packages cannot be installed over a stable system, but run when unpacked into a folder.
unstable() {
    apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$parts/apt/etc" \
        -o Dir::State::Lists="$parts/apt/lists" -o Dir::Cache="$parts/apt/cache" "$@"
}

unpack_engine() {
    [ -e "$parts/docker/.complete" ] && return
    say "unpacking the Docker engine"
    mkdir -p "$parts/apt/etc" "$parts/apt/lists/partial" "$parts/apt/cache/archives/partial"
    rm -rf "$parts/docker" "$parts/debs" && mkdir -p "$parts/docker" "$parts/debs"
    local mirror key
    read -r mirror key < <(find_mirror) && [ -n "$key" ] || die "apt names no Debian mirror here."
    printf 'Types: deb\nURIs: %s\nSuites: unstable\nComponents: main\nSigned-By: %s\n' \
        "$mirror" "$key" >"$parts/apt/etc/unstable.sources"
    unstable update
    apt-get update -qq >/dev/null
    (cd "$parts/debs" && unstable download docker.io containerd docker-cli docker-buildx)
    (cd "$parts/debs" && apt-get -qq download runc tini docker-registry)
    local deb
    for deb in "$parts"/debs/{docker.io,containerd,docker-cli,docker-buildx,runc,tini}_*.deb; do
        dpkg -x "$deb" "$parts/docker"
    done
    ln -sf tini "$parts/docker/usr/bin/docker-init"
    touch "$parts/docker/.complete"
}

# A plugin of the build host's client, apart so that whoever has an engine already gets it, too.
unpack_compose() {
    [ -e "$parts/compose/.complete" ] && return
    say "unpacking docker compose"
    rm -rf "$parts/compose" && mkdir -p "$parts/compose"
    unstable update
    (cd "$parts/compose" && unstable download docker-compose && dpkg -x docker-compose_*.deb .)
    touch "$parts/compose/.complete"
}

# The mirror and key that this machine's own apt uses for its stable suite.
find_mirror() {
    local file=/etc/apt/sources.list.d/debian.sources
    if [ -e "$file" ]; then
        awk '/^URIs:/ && !u { u = $2 } /^Signed-By:/ && !k { k = $2 } END { print u, k }' "$file"
    else
        printf '%s %s\n' "$(awk '/^deb / && !/\[/ { print $2; exit }' /etc/apt/sources.list)" \
            /usr/share/keyrings/debian-archive-keyring.gpg
    fi
}

compile() { # name version module package...; the commands come to $parts/name/version
    local name=$1 version=$2 module=$3 out=$parts/$1/$2 log=$parts/$1.log
    shift 3
    [ -e "$out/.complete" ] && return
    say "compiling $name $version"
    rm -rf "$out" && mkdir -p "$out/source"
    # `go install` refuses modules that exclude or replace others: a small module of our own
    (
        cd "$out/source"
        go mod init lab
        go get -tool "${@/%/@$version}"
        CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X $module/version.Version=$version" \
            -o "$out/" "$@"
    ) >"$log" 2>&1 || die "$name did not compile; the log is $log"
    rm -rf "$out/source"
    touch "$out/.complete"
}

compile_buildkit() { # version; takes about two minutes
    local module=github.com/moby/buildkit
    compile buildkit "$1" "$module" "$module/cmd/buildkitd" "$module/cmd/buildctl"
}

compile_store() {
    local module=github.com/versity/versitygw
    compile store "$STORE_VERSION" $module $module/cmd/versitygw
}

compile_link() {
    local module=github.com/Shopify/toxiproxy/v2
    compile link "$LINK_VERSION" $module $module/cmd/server
}

compile_optional() { # newest|store|link ...
    local part
    for part in "$@"; do
        case $part in
        newest)
            telling "compiling buildkit $NEWEST_BUILDKIT_VERSION" \
                compile_buildkit "$NEWEST_BUILDKIT_VERSION"
            ;;
        *) telling "compiling $part" "compile_$part" ;;
        esac
    done
}

bootstrap() { # name packages; makes $parts/name-TAG.tar, the tag being that of this function
    local root=$parts/$1.root tar file
    tar=$(tar_of "$1")
    [ -e "$tar" ] && return
    say "bootstrapping $1"
    rm -rf "$root"
    read -r mirror _ < <(find_mirror)
    debootstrap --variant=minbase --include="$2" "$suite" "$root" "$mirror" >"$parts/$1.log" 2>&1 ||
        die "debootstrap failed; its log is $parts/$1.log"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}
    # as Debian's own images are: nothing downloaded is kept, no documentation
    printf '%s\n' 'Acquire::Languages "none";' 'APT::Keep-Downloaded-Packages "false";' \
        'Dir::Cache::pkgcache "";' 'Dir::Cache::srcpkgcache "";' >"$root/etc/apt/apt.conf.d/docker"
    { echo force-unsafe-io; printf 'path-exclude /usr/share/%s/*\n' doc man locale; } \
        >"$root/etc/dpkg/dpkg.cfg.d/docker"
    # this machine's mirror and certificates, so that build steps reach what it reaches; Java's
    # truststore is made of single files, so the bundle alone does not do
    printf 'deb %s %s main\n' "$mirror" "$suite" >"$root/etc/apt/sources.list"
    mkdir -p "$root/usr/local/share/ca-certificates"
    for file in /usr/local/share/ca-certificates/*.crt; do
        cp "$file" "$root/usr/local/share/ca-certificates/"
    done
    chroot "$root" update-ca-certificates >/dev/null 2>&1
    cp "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" \
        "$root/etc/ssl/certs/ca-certificates.crt"
    tar -C "$root" --numeric-owner -cf "$tar.part" .
    rm -rf "$root"
    mv "$tar.part" "$tar"
}

tar_of() { printf '%s\n' "$parts/$1-$(tag_of bootstrap).tar"; }

engine_answers() { docker -H "unix://$socket" info >/dev/null 2>&1; }

start_engine() {
    mkdir -p "$run"
    export PATH=$parts/docker/usr/bin:$parts/docker/usr/sbin:$PATH
    engine_answers && return
    say "starting a private engine"
    rm -f "$run/docker.pid" "$socket"
    # a bridge, folders and a socket of its own: an engine of the user's is not touched
    ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" type bridge
    ip addr replace 172.29.254.1/24 dev "$bridge"
    ip link set "$bridge" up
    PATH=$parts/docker/usr/bin:$parts/docker/usr/sbin:$(dirname "$(command -v tini)"):$PATH \
        setsid dockerd -H "unix://$socket" --data-root "$run/data" --exec-root "$run/exec" \
        --pidfile "$run/docker.pid" --bridge "$bridge" --storage-driver overlay2 \
        --default-address-pool base=172.28.0.0/16,size=24 \
        --userland-proxy-path "$parts/docker/usr/sbin/docker-proxy" \
        >"$run/dockerd.log" 2>&1 </dev/null &
    local i
    for i in $(seq 120); do
        engine_answers && return
        sleep 0.5
    done
    die "the private engine did not start; its log is $run/dockerd.log"
}

stop_engine() {
    local pid
    rm -f "$settings"
    pid=$(cat "$run/docker.pid" 2>/dev/null) || return 0
    # a number left by an engine that crashed may be another process's by now
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "^dockerd .*$socket" || return 0
    kill "$pid"
    for _ in $(seq 60); do
        kill -0 "$pid" 2>/dev/null || { ip link delete "$bridge" 2>/dev/null || :; return 0; }
        sleep 0.5
    done
    die "the private engine (process $pid) does not stop"
}

have_image() { docker image inspect "$1" >/dev/null 2>&1; }

# An image's tag is the digest of how it is made, functions of this script and files: a changed
# recipe makes a new image, the same one has the same name on every machine.
tag_of() {
    local part
    for part in "$@"; do
        if [ -e "$part" ]; then cat "$part"; else declare -f "$part"; fi
    done | sha256sum | cut -c1-12
}

build_image() { # name context-folder dockerfile-folder
    have_image "$1" && return
    say "building $1"
    cp "$here/$3/"* "$2/"
    docker build -q --provenance=false --network none -t "$1" "$2" >/dev/null
}

make_base() {
    base=lab-base:$(tag_of bootstrap make_base)
    have_image "$base" || docker import "$(tar_of python)" "$base" \
        -c 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' \
        -c 'ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt' \
        ${PIP_INDEX_URL:+-c "ENV PIP_INDEX_URL=$PIP_INDEX_URL"} \
        ${GOPROXY:+-c "ENV GOPROXY=$GOPROXY"} \
        ${NPM_CONFIG_REGISTRY:+-c "ENV NPM_CONFIG_REGISTRY=$NPM_CONFIG_REGISTRY"} \
        -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        -c 'CMD ["python3"]' >/dev/null
    # on an engine of the lab's own, the same stands in for the Debian that others build on
    docker tag "$base" public.ecr.aws/docker/library/debian:bookworm-slim
}

make_images() {
    local stage=$LAB_CACHE/stage system=lab-system:stable
    export DOCKER_HOST=unix://$socket DOCKER_CONFIG=$run/config
    mkdir -p "$run/config/cli-plugins"
    ln -sf "$parts/docker/usr/libexec/docker/cli-plugins/docker-buildx" "$run/config/cli-plugins/"
    have_image "$system" || docker import -c 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        "$(tar_of system)" "$system" >/dev/null
    make_base
    rm -rf "$stage" && mkdir -p "$stage"/{host,registry}
    host=lab-host:$(tag_of bootstrap unpack_engine unpack_compose "$here"/host/*)
    cp -a "$parts/docker" "$stage/host/docker"
    cp "$parts/compose/usr/libexec/docker/cli-plugins/docker-compose" \
        "$stage/host/docker/usr/libexec/docker/cli-plugins/"
    build_image "$host" "$stage/host" host

    buildkit=$(make_buildkit "$BUILDKIT_VERSION")

    registry=lab-registry:$(tag_of bootstrap unpack_engine "$here"/registry/*)
    dpkg -x "$parts"/debs/docker-registry_*.deb "$stage/registry/package"
    build_image "$registry" "$stage/registry" registry
    rm -rf "$stage"
}

# The images of what was asked for, and the names of those that an earlier call made.
make_optional() { # newest|store|link ...
    local stage=$LAB_CACHE/stage asked=" $* "
    rm -rf "$stage" && mkdir -p "$stage"/{store,link}
    newest=$(name_buildkit "$NEWEST_BUILDKIT_VERSION")
    [[ $asked != *" newest "* ]] || newest=$(make_buildkit "$NEWEST_BUILDKIT_VERSION")
    store=lab-store:$STORE_VERSION-$(tag_of bootstrap compile "$here"/store/*)
    if [[ $asked = *" store "* ]]; then
        cp "$parts/store/$STORE_VERSION/versitygw" "$stage/store/"
        build_image "$store" "$stage/store" store
    fi
    link=lab-link:$LINK_VERSION-$(tag_of bootstrap compile "$here"/link/*)
    if [[ $asked = *" link "* ]]; then
        cp "$parts/link/$LINK_VERSION/server" "$stage/link/"
        build_image "$link" "$stage/link" link
    fi
    rm -rf "$stage"
}

name_buildkit() { # version
    printf '%s\n' "lab-buildkit:$1-$(tag_of bootstrap compile unpack_engine "$here"/buildkit/*)"
}

make_buildkit() { # version; prints the image's name
    local folder=$parts/buildkit/$1 image
    image=$(name_buildkit "$1")
    mkdir -p "$stage/buildkit-$1"
    cp "$folder/"* "$parts/docker/usr/sbin/runc" "$stage/buildkit-$1/"
    build_image "$image" "$stage/buildkit-$1" buildkit
    printf '%s\n' "$image"
}

write_settings() {
    cat >"$settings" <<END
export DOCKER_HOST=unix://$socket
export DOCKER_CONFIG=$run/config
export HOST_IMAGE=$host
export BUILDKIT_IMAGE=$buildkit
export REGISTRY_IMAGE=$registry
export BASE_IMAGE=$base
export PATH=$parts/docker/usr/bin:\$PATH
END
    local part
    for part in newest store link; do
        ! have_image "${!part}" || printf 'export %s_IMAGE=%s\n' "${part^^}" "${!part}"
    done >>"$settings"
    say "ready; source $settings"
    printf '%s\n' "$settings"
}

if [ "${1:-}" = stop ]; then
    stop_engine
    exit
fi
# the link is the default of experiments: it is always made
optional=(link)
for argument in "$@"; do
    case $argument in
    newest | store) optional+=("$argument") ;;
    link) ;;
    all) optional=(newest store link) ;;
    *) die "unknown argument '$argument'; it may be newest, store, link or all, or stop alone" ;;
    esac
done
[ -e "$settings" ] || say "everything goes to $LAB_CACHE; about 5 minutes the first time"
mkdir -p "$parts"
check_machine
telling "installing packages" install_tools
telling "unpacking the Docker engine" unpack_engine
telling "unpacking docker compose" unpack_compose
# one waits for processors, the other for the network
telling "compiling buildkit $BUILDKIT_VERSION" compile_buildkit "$BUILDKIT_VERSION" &
compiling=$!
telling "bootstrapping system" bootstrap system ca-certificates,iptables,libseccomp2,procps,git
telling "bootstrapping python" bootstrap python ca-certificates,python3,python3-pip,python3-venv
wait "$compiling"
compile_optional "${optional[@]}" &
compiling=$!
start_engine
telling "making images" make_images
wait "$compiling"
telling "making images" make_optional "${optional[@]}"
write_settings
