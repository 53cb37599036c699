#!/usr/bin/env bash
# A day's mixture on one node: stations drop scans (some damaged, some twice), people search, read, correct, export; a worker is
# killed now and then. Memory, file handles, disk, waiting work and the time of a search are sampled; a table and a picture are
# made of them. Ends with 1 where something was lost, where an error is not explained, or where memory grew after the first quarter.
# Usage: soak.sh [MINUTES] [FILES_A_MINUTE]      60 and 20 unless given; CSV, SVG and log in target/bench/soak
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
minutes=${1:-60} pace=${2:-20}
work=target/bench/soak
kartoteka=${KARTOTEKA:-target/release/kartoteka}
[ -x "$kartoteka" ] || cargo build --release --workspace --locked --quiet
rm -rf "$work"; mkdir -p "$work/inbox"
export KARTOTEKA_DATA=$work/data KARTOTEKA_INBOX=$work/inbox OMP_THREAD_LIMIT=1 KARTOTEKA_LOG_LEVEL=warn
"$kartoteka" run --listen 127.0.0.1:0 >"$work/url" 2>"$work/log" & node=$!
trap 'kill $node 2>/dev/null || true; wait $node 2>/dev/null || true' EXIT
for _ in $(seq 300); do [ -s "$work/url" ] && break; sleep 0.2; done
url=$(cat "$work/url"); password=$(grep -oE 'one-time password [^ ]+' "$work/log" | cut -d' ' -f3)
python3 tests/bench/soak.py --node "$node" --url "$url" --password "$password" --program "$kartoteka" \
    --work "$work" --minutes "$minutes" --pace "$pace"
