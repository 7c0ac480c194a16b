#!/usr/bin/env bash
# Installs what the tests need and runs all of them: format, lints, arrows, licences, documentation,
# tests, recordings, sound devices, browser.
#
#   deploy/test.sh [--quick] [--fuzz SECONDS] [--audit] [--hearing]
#
#   --quick    leave out what needs a browser, sound devices or another tool to be built
#   --fuzz     only run every fuzz target for so many seconds
#   --audit    only run the long part of the audit of deletion, as root, and of the doors, and print its tables
#   --hearing  only hear the recorded commands, with Home Assistant's sentences and with the built-in ones, and
#              fail where fewer are right or more wrong than tests/examples/hearing/guard.tsv says
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

quick=no fuzz=0 audit=no hearing=no
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) quick=yes ;;
    --fuzz) fuzz=${2:?--fuzz needs a number of seconds}; shift ;;
    --audit) audit=yes ;;
    --hearing) hearing=yes ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1; deploy/test.sh --help lists all" ;;
  esac
  shift
done

# What is built only once need not be built in steps.
if [ -n "${CI:-}" ]; then export CARGO_INCREMENTAL=0; fi

step() { say "[$((SECONDS / 60))m$((SECONDS % 60))s] $*"; }

need_packages "${build_packages[@]}" "${run_packages[@]}" curl bzip2 python3 e2fsprogs btrfs-progs f2fs-tools strace
need_rust
# rustup's minimal profile lacks both; Debian packages the first one and not the second.
for tool in fmt clippy; do
  cargo $tool --version >/dev/null 2>&1 && continue
  if command -v rustup >/dev/null; then rustup component add "${tool/fmt/rustfmt}"
  elif [ $tool = fmt ]; then need_packages rustfmt-web
  else fail "clippy is missing and Debian has no package of it: install Rust by rustup"
  fi
done

if [ $audit = yes ]; then
  # To the log goes what it does; the tables alone go to standard output.
  step "Conversations of a voice that wants to be let in" >&2
  cargo test --release --locked --quiet -p assistant --lib -- --ignored --nocapture three_thousand_conversations
  step "Audit of deletion" >&2
  exec cargo run --release --locked --quiet -p audit --bin audit
fi

if [ $hearing = yes ]; then
  step "Hearing" >&2
  exec cargo run --release --locked --quiet -p e2e --example hearing -- commands alone foreign pause guard
fi

if [ "$fuzz" -gt 0 ]; then
  need_packages clang
  cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --version 0.13.2 --locked --quiet
  cd tests
  for target in $(cargo fuzz list); do
    step "Fuzzing $target for $fuzz s"
    # The sanitizer's switches are unstable ones, which a stable compiler takes in this way only.
    # Values of minijinja hold their pointers in packed bytes, so that what stands in a static looks like a leak.
    # What is new goes into the first folder; `cargo fuzz cmin` then chooses what of it is worth keeping in the second.
    mkdir -p "fuzz/target/corpus/$target"
    RUSTC_BOOTSTRAP=1 cargo fuzz run "$target" "fuzz/target/corpus/$target" "fuzz/corpus/$target" -- \
      -max_total_time="$fuzz" -rss_limit_mb=4096 -timeout=20 -detect_leaks=0
  done
  exit 0
fi

step "Format"
cargo fmt --all --check

step "Arrows between crates"
deploy/arrows

step "Structure"
deploy/structure

step "Features of dependencies"
deploy/features

step "Lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked -q

if [ $quick = no ]; then
  step "Licences, duplicates and sources of dependencies"
  if ! cargo deny --version >/dev/null 2>&1; then
    # Not optimised: it runs for seconds and would be built for minutes.
    cargo install cargo-deny --version 0.20.2 --locked --quiet --debug
  fi
  cargo deny --config .config/deny.toml check bans licenses sources
fi

step "Tests"
if [ $quick = no ]; then
  need_packages pulseaudio pulseaudio-utils libasound2-plugins chromium chromium-driver
fi
excluded=()
[ $quick = yes ] && excluded=(--exclude e2e)
# The program is built with the tests, so that it shares their dependencies; tests start it by path.
cargo build --workspace "${excluded[@]}" --bins --tests --examples --locked
HARK_BIN=$(cargo metadata --format-version 1 --no-deps --locked |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/hark
export HARK_BIN
step "Tests are built"
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace "${excluded[@]}" --locked --no-fail-fast
  cargo test --workspace "${excluded[@]}" --locked --doc -q
else
  cargo test --workspace "${excluded[@]}" --locked --no-fail-fast
fi
step "All passed"
