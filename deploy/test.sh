#!/usr/bin/env bash
# Installs what the tests need and runs all of them: format, lints, arrows, licences, documentation,
# tests, recordings, sound devices, browser.
#
#   deploy/test.sh [--quick]
#
#   --quick  leave out what needs a browser, sound devices or another tool to be built
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

quick=no
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) quick=yes ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1; deploy/test.sh --help lists all" ;;
  esac
  shift
done

step() { say "[$((SECONDS / 60))m$((SECONDS % 60))s] $*"; }

need_packages "${build_packages[@]}" "${run_packages[@]}" python3
need_rust
# rustfmt and clippy come with rustup; Debian has them as packages of their own.
cargo fmt --version >/dev/null 2>&1 || need_packages rustfmt-web
cargo clippy --version >/dev/null 2>&1 || need_packages rust-clippy-web

step "Format"
cargo fmt --all --check

step "Arrows between crates"
deploy/arrows

step "Lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked -q

if [ $quick = no ]; then
  step "Licences, duplicates and sources of dependencies"
  if ! cargo deny --version >/dev/null 2>&1; then
    cargo install cargo-deny --locked --quiet
  fi
  cargo deny --offline check --config .config/deny.toml bans licenses sources
fi

step "Tests"
if [ $quick = no ]; then
  need_packages pulseaudio pulseaudio-utils libasound2-plugins chromium chromium-driver
fi
excluded=()
[ $quick = yes ] && excluded=(--exclude e2e)
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace "${excluded[@]}" --locked --no-fail-fast
  cargo test --workspace "${excluded[@]}" --locked --doc -q
else
  cargo test --workspace "${excluded[@]}" --locked --no-fail-fast
fi
step "All passed"
