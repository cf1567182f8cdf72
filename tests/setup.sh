# SPDX-License-Identifier: GPL-2.0-only
# Sourced by run-on-xen and run-tests: packages, build, Debian's Xen source.

# The tree that README and tests speak of.
XEN_VERSION=4.17.5+72-g01140da4e8-1
XEN_FOLDER=xen-${XEN_VERSION%-*}

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)

# What a scan needs, and what building xenfmea needs.
packages="gcc libc6-dev make cmake pkg-config libclang-19-dev clang-19 lld-19
    llvm-19 libsqlite3-dev libcjson-dev libxxhash-dev libelf-dev libdw-dev
    libexpat1-dev libxlsxwriter-dev libzip-dev libmicrohttpd-dev
    libfdt-dev
    flex bison python3 perl git dpkg-dev xz-utils bzip2 ca-certificates
    graphviz"
# What the tests need besides.
test_packages="libcmocka-dev sqlite3 python3-yaml chromium chromium-driver procps
    gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf bc time cppcheck
    python3-openpyxl python3-jsonschema python3-docutils unzip
    device-tree-compiler libreoffice-calc-nogui"

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# install_packages NAME...
install_packages()
{
    local missing=()
    local name

    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null |
            grep -q '^install ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# build_in FOLDER [CMAKE-OPTION...]
build_in()
{
    local folder=$1

    shift
    cmake -S "$repo" -B "$folder" -DCMAKE_BUILD_TYPE=RelWithDebInfo "$@"
    cmake --build "$folder" -j "$jobs"
}

# Source packages, through a private copy of apt's configuration: the system's
# own is left as it is. The hosts are those that its packages come from.
source_lists()
{
    local to=$1

    mkdir -p "$to/parts" "$to/lists/partial"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$list" ] && sed -n 's/^deb \(.*bookworm.*\)/deb-src \1/p' "$list" \
            >>"$to/parts/xen.list"
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -f "$list" ] && grep -q bookworm "$list" &&
            sed 's/^Types:.*/Types: deb-src/' "$list" \
                >"$to/parts/$(basename "$list")"
    done
    return 0
}

# get_xen FOLDER: unpack Debian's source of Xen into FOLDER/$XEN_FOLDER.
get_xen()
{
    local to=$1 apt

    [ -d "$to/$XEN_FOLDER/xen" ] && return 0
    mkdir -p "$to"
    to=$(cd "$to" && pwd)
    apt=$(mktemp -d)
    source_lists "$apt"
    apt_options=(-q -o Dir::Etc::SourceList=/dev/null
                 -o Dir::Etc::SourceParts="$apt/parts"
                 -o Dir::State::Lists="$apt/lists"
                 -o APT::Sandbox::User=root)
    apt-get "${apt_options[@]}" update
    rm -rf "$to/.unpack"
    mkdir "$to/.unpack"
    (cd "$to/.unpack" && apt-get "${apt_options[@]}" source "xen=$XEN_VERSION")
    mv "$to/.unpack/$XEN_FOLDER" "$to/$XEN_FOLDER"
    rm -rf "$to/.unpack" "$apt"
}

# What judges whether the page can be used by everybody: from npm, not
# committed.
AXE_VERSION=4.14.0
AXE_SHA256=2277b0a3ef47af9b52497faa3e71598e86e0a0e5e6eb295207a5657ede4709af

# get_axe FOLDER: FOLDER/package/axe.min.js
get_axe()
{
    local to=$1

    [ -f "$to/package/axe.min.js" ] && return 0
    command -v npm >/dev/null || install_packages nodejs npm
    rm -rf "$to"
    mkdir -p "$to"
    (cd "$to" && npm pack --loglevel=error "axe-core@$AXE_VERSION" >&2 &&
        echo "$AXE_SHA256  axe-core-$AXE_VERSION.tgz" | sha256sum --check --quiet &&
        tar xf "axe-core-$AXE_VERSION.tgz")
}

# get_sarif_schema FOLDER: the schema of SARIF 2.1.0 by OASIS as FOLDER/sarif.json.
# No package of Debian has it; one of npm's does.
get_sarif_schema()
{
    local to=$1 from

    [ -s "$to/sarif.json" ] && return 0
    command -v npm >/dev/null || install_packages npm
    mkdir -p "$to"
    from=$(mktemp -d)
    (cd "$from" && npm pack --loglevel=error @microsoft/jest-sarif@1.0.0-beta.0 >&2 &&
        tar xzf ./*.tgz && cd package/lib/schemas &&
        echo "2d99159ae54a3eea97f81781cff48780548657c35949f4b7f25e99a2ba4de4f8  sarif-2.1.0-rtm.5.json" |
            sha256sum --check --quiet)
    cp "$from/package/lib/schemas/sarif-2.1.0-rtm.5.json" "$to/sarif.json"
    rm -rf "$from"
}
