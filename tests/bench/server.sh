#!/usr/bin/env bash
# The server under load on this machine, load generator included: audited searches over DOCUMENTS
# agreements while pages are read at low priority, followers, uploads, and more than it can take.
# Usage: server.sh [DOCUMENTS] (100000 unless given)
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
documents=${1:-100000}
work=target/bench/server; data=$work/data
cargo build --release --locked --quiet -p kartoteka -p search --example search_measure --example load
kartoteka=target/release/kartoteka; load=target/release/examples/load
rm -rf "$work"; mkdir -p "$work"
export KARTOTEKA_DATA=$data KARTOTEKA_SERVER_REQUESTS_A_SECOND=0
"$kartoteka" run --once >/dev/null
rm -rf "$data/index"
echo "── an index of $documents agreements"
target/release/examples/search_measure speed "$documents" "$data/index" | tail -n 3
# The ledger says that the index has seen all there is.
/usr/bin/python3 - "$data/ledger.db" "$documents" <<'PY'
import sqlite3, sys
ledger = sqlite3.connect(sys.argv[1])
ledger.execute("INSERT INTO changes (seq, at, kind, subject, version) VALUES (?, 0, 'document', 'none', 0)", (int(sys.argv[2]),))
ledger.commit()
PY
"$kartoteka" run --listen 127.0.0.1:0 >"$work/url" 2>"$work/log" & node=$!
trap 'kill $node 2>/dev/null || true; wait $node 2>/dev/null || true' EXIT
for _ in $(seq 300); do [ -s "$work/url" ] && break; sleep 0.2; done
url=$(cat "$work/url"); password=$(grep -oE 'one-time password [^ ]+' "$work/log" | cut -d' ' -f3)
jar=$work/jar; json='Content-Type: application/json'
proof=$(curl -sf -c "$jar" -H "$json" -d "{\"name\":\"administrator\",\"password\":\"$password\"}" "$url/api/v1/session" | jq -r .proof)
ask() { curl -sf -b "$jar" -H "$json" -H "X-Kartoteka-Proof: $proof" "$@"; }
ask -X PUT -d "{\"current\":\"$password\",\"new\":\"siedem srok na plocie\"}" "$url/api/v1/session/password"
ask -X PUT -d '{"name":"load","full_name":"Load","roles":["archivist"]}' "$url/api/v1/people" >/dev/null
token=$(ask -d '{"title":"load","person":"load","roles":["archivist"],"days":1}' "$url/api/v1/tokens" | jq -r .secret)
memory() { awk '/VmRSS|VmHWM/ {printf "%s %d MB  ", $1, $2 / 1024} END {print ""}' "/proc/$node/status"; }
renice -n 0 $node >/dev/null
echo "── audited searches, 16 clients, 20 s"
"$load" "$url" "$token" search 16 20; memory
echo "── the same while pages are read at low priority"
renice -n 19 $(pgrep -P $node) >/dev/null 2>&1 || true
mkdir -p "$data/inbox/scans"; find samples/tune -name '*.tif*' -o -name '*.jpg' | head -n 12 | xargs -I{} cp {} "$data/inbox/scans/"
"$load" "$url" "$token" search 16 20; memory
echo "── 1,000 followers, 15 s"
"$load" "$url" "$token" follow 1000 15; memory
echo "── 200 uploads of $(wc -c < samples/tune/"$(ls -S samples/tune | head -n 1)") bytes at once"
"$load" "$url" "$token" upload 200 "samples/tune/$(ls -S samples/tune | head -n 1)"; memory
echo "── 2,000 clients at once, 10 s: what is too much is told to come again"
"$load" "$url" "$token" search 2000 10; memory
echo "── and after it"
"$load" "$url" "$token" search 4 5; memory
