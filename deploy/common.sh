# What run.sh and test.sh share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The oldest Rust that builds Hark; the same as rust-version in Cargo.toml.
oldest_rust=1.90

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf 'hark: %s\n' "$*" >&2; exit 1; }

# Runs a command as root, by sudo if need be.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "cannot install packages: run this as root, or install sudo"
  fi
}

# Hark uses no folder of models that merely lies where it is started; these scripts mean that of the checkout.
name_models() { export HARK_MODELS=${HARK_MODELS:-$root/models}; }

# Installs the Debian packages among these that are missing.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || fail "this is not Debian; install by hand: ${missing[*]}"
  say "Installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

rust_is_new_enough() {
  local version
  command -v cargo >/dev/null && command -v rustc >/dev/null || return 1
  version=$(rustc --version | cut -d' ' -f2)
  [ "$(printf '%s\n%s\n' "$oldest_rust" "$version" | sort -V | head -n1)" = "$oldest_rust" ]
}

# What rustup installs where Debian's Rust is too old, and rustup itself by version and hash (as published beside it, and
# that of the file). rustup checks the compiler against a list that it gets from the same server by TLS; that has no
# hash here.
toolchain=1.95.0
rustup=1.29.0
rustup_hash() {
  case "$1" in
    x86_64) echo 4acc9acc76d5079515b46346a485974457b5a79893cfb01112423c89aeb5aa10 ;;
    aarch64) echo 9732d6c5e2a098d3521fca8145d826ae0aaa067ef2385ead08e6feac88fa5792 ;;
    *) return 1 ;;
  esac
}

install_rustup() {
  local machine hash folder
  machine=$(uname -m)
  hash=$(rustup_hash "$machine") || fail "install Rust $oldest_rust or newer by hand: no rustup is known here for $machine"
  folder=$(mktemp -d)
  curl --proto '=https' --tlsv1.2 -sSf --max-filesize 100000000 -o "$folder/rustup-init" \
    "https://static.rust-lang.org/rustup/archive/$rustup/$machine-unknown-linux-gnu/rustup-init"
  echo "$hash  $folder/rustup-init" | sha256sum --check --quiet || fail "rustup is not the file it should be"
  chmod +x "$folder/rustup-init"
  "$folder/rustup-init" -y --profile minimal --default-toolchain "$toolchain"
  rm -rf "$folder"
}

# Debian's own packages first, because apt checks their signatures; rustup where they are too old.
need_rust() {
  if [ -f "$HOME/.cargo/env" ]; then . "$HOME/.cargo/env"; fi
  rust_is_new_enough && return
  if apt-cache policy rustc-web 2>/dev/null | grep -q 'Candidate: [1-9]'; then
    need_packages rustc-web cargo-web
    hash -r
    rust_is_new_enough && return
  fi
  need_packages curl ca-certificates
  say "Installing Rust by rustup"
  install_rustup
  . "$HOME/.cargo/env"
  rust_is_new_enough || fail "Rust $oldest_rust or newer is needed; update it and run this again"
}

build_packages=(build-essential cmake pkg-config libasound2-dev)
run_packages=(espeak-ng libpocketsphinx3 pocketsphinx-en-us)
