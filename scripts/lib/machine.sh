# shellcheck shell=bash
# What a bare Debian lacks, and how it gets it. Sourced by scripts/run and scripts/test.
#
# Each function says what is missing before it installs it, and does nothing where all is there.

# The oldest toolchain the workspace builds with (rust-version in Cargo.toml), minor version only.
RUST_MINOR_MIN=94

say() { printf '%s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "root is needed for: $* (run this as root, or install sudo)"
    fi
}

# need_packages PACKAGE...: installs those that are missing, by name, without recommends.
need_packages() {
    local missing=() package
    command -v dpkg-query >/dev/null ||
        fail "this is not Debian or a child of it; install by hand: $*"
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    [ "${#missing[@]}" -eq 0 ] && return
    say "missing packages, installing: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install: ${missing[*]}"
}

# A cargo that can build the workspace: the one that is there, else rustup's.
need_cargo() {
    PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    cargo_is_new_enough && return
    if command -v rustup >/dev/null; then
        say "the installed Rust is older than 1.$RUST_MINOR_MIN, installing the stable one"
    else
        say "no Rust 1.$RUST_MINOR_MIN or newer here, installing rustup"
        install_rustup
    fi
    rustup toolchain install stable --profile minimal --component clippy --component rustfmt
    rustup default stable
    hash -r
    cargo_is_new_enough || fail "cargo is still older than 1.$RUST_MINOR_MIN: $(command -v cargo)"
}

cargo_is_new_enough() {
    local version
    version=$(cargo --version 2>/dev/null) || return 1
    version=${version#cargo 1.}
    [ "${version%%.*}" -ge "$RUST_MINOR_MIN" ] 2>/dev/null
}

install_rustup() {
    if apt-cache show rustup >/dev/null 2>&1; then
        need_packages rustup
        return
    fi
    need_packages ca-certificates curl
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
        sh -s -- -y --no-modify-path --profile minimal --default-toolchain none ||
        fail "rustup could not be fetched; install Rust by hand from https://rustup.rs"
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
}

# need_component NAME COMMAND...: a part of the toolchain that the given command shows to be there.
need_component() {
    local component=$1
    shift
    "$@" >/dev/null 2>&1 && return
    command -v rustup >/dev/null || fail "cargo has no $component, and there is no rustup to add it"
    say "the toolchain has no $component, adding it"
    rustup component add "$component"
}

# need_npm PACKAGE_JSON FOLDER: the npm packages that it names, in that folder.
need_npm() {
    local wanted=$1 folder=$2
    cmp -s "$wanted" "$folder/package.json" && [ -d "$folder/node_modules" ] && return
    command -v npm >/dev/null || need_packages "${NPM_PACKAGES[@]}"
    say "npm packages are missing, installing those of $wanted"
    mkdir -p "$folder"
    cp "$wanted" "$folder/package.json"
    (cd "$folder" && npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts) ||
        fail "npm could not install the packages of $wanted"
}
