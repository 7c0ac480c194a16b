#!/usr/bin/env bash
# Installs what is missing, builds Hark and starts the speaker with the demo house.
#
#   deploy/run.sh [--no-build] [--no-fetch] [--once] [-- OPTIONS FOR hark run]
#
#   --no-build  use the binary that is there: target/release/hark, or hark on the PATH
#   --no-fetch  do not get the speech network (5 MB); without it fewer people are understood
#   --once      without a microphone: end after the spoken demonstration
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

build=yes fetch=yes once=no
while [ $# -gt 0 ]; do
  case "$1" in
    --no-build) build=no ;;
    --no-fetch) fetch=no ;;
    --once) once=yes ;;
    --) shift; break ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1; deploy/run.sh --help lists all" ;;
  esac
  shift
done

if [ "$(id -u)" -eq 0 ]; then
  # A container may have nobody else, so that it is said and not refused.
  say "This builds and runs the speaker as root, which it needs for nothing: where there are other users, start it as one of them (it asks for sudo itself)."
fi

need_packages "${run_packages[@]}"
hark=${CARGO_TARGET_DIR:-$root/target}/release/hark
if [ $build = yes ]; then
  need_packages "${build_packages[@]}"
  need_rust
  say "Building Hark (the first time takes several minutes)"
  cargo build --release --locked -p daemon
elif [ ! -x "$hark" ]; then
  hark=$(command -v hark) || fail "there is no binary yet; run this without --no-build"
fi

# The household's own configuration if there is one, else the demo: it keeps sound for an hour, so
# that there is something to play on the page.
options=()
if ! "$hark" config path >/dev/null 2>&1; then
  options=(--config "$root/deploy/demo.toml")
fi

# Whoever starts it a second time wants what runs already. With other options it may be another folder, and
# `hark run` itself says whether somebody has it.
if [ $# -eq 0 ] && link=$("$hark" "${options[@]}" page 2>/dev/null); then
  say "A speaker runs already. Its page: $link"
  echo "Type to it with \`hark ask \"what time is it\"\`; stop it with Ctrl-C where it was started, or as the service that it is."
  exit 0
fi

# Hark itself opens no connection; this script gets the network once, and goes on without.
network=zipformer-en-3.3M
# The system's is used where none is in the checkout; one that is incomplete there would be used before it.
network_is_whole() {
  local folder=models
  [ -e "models/$network" ] || folder=/usr/share/hark/models
  models/fetch --check "$network" "$folder" >/dev/null 2>&1
}
if [ $fetch = yes ] && [ -z "${HARK_MODELS:-}" ] && ! network_is_whole; then
  say "Getting the speech network (5 MB)"
  need_packages curl bzip2 ca-certificates
  models/fetch "$network" ||
    echo "Going on without it: commands are heard by PocketSphinx; models/fetch $network gets it later." >&2
fi
name_models

say "Checking"
"$hark" "${options[@]}" doctor || true

# Opens the page as soon as the speaker lets people in, or prints a link where there is no screen.
open_page() {
  for _ in $(seq 120); do
    if link=$("$hark" "${options[@]}" page 2>/dev/null); then
      say "The page: $link"
      return
    fi
    sleep 0.5
  done
}
later="The page opens by a link that is good for a minute; \`$hark page\` makes another one. Ctrl-C ends the speaker."

if "$hark" "${options[@]}" audio level --seconds 1 >/dev/null 2>&1; then
  say "Say: \"Computer, turn on the kitchen light\""
  echo "$later"
  (open_page &)
  exec "$hark" "${options[@]}" run "$@"
fi

say "There is no microphone"
cat <<TEXT
Plug in a USB microphone or speakerphone; Hark finds it by itself while it runs. Until then it
hears a command spoken by a synthetic voice, so that you can see what happens.
$later
TEXT
# The synthetic voice wakes the speaker only with references of its own.
options=(--config "$root/deploy/rehearsal.toml")
speech=$(mktemp --suffix=.wav)
trap 'rm -f "$speech"' EXIT
"$root/deploy/demo-speech" "$speech"
if [ $once = yes ]; then
  "$hark" "${options[@]}" run --source "$speech" "$@" &
else
  "$hark" "${options[@]}" run --rehearse "$speech" "$@" &
fi
speaker=$!
trap 'rm -f "$speech"; kill -INT $speaker 2>/dev/null || true; wait $speaker 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM
(open_page &)

# Shows the turn as soon as it stands in the history, or when the speaker has ended.
started=$(date +%FT%T)
for _ in $(seq 60); do
  running=yes
  kill -0 $speaker 2>/dev/null || running=no
  if turns=$("$hark" "${options[@]}" history list --since "$started" 2>/dev/null) && [ -n "$turns" ]; then
    say "What was heard, and what was answered"
    echo "$turns"
    break
  fi
  [ $running = yes ] || break
  sleep 0.5
done
wait $speaker
