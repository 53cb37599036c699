#!/usr/bin/env bash
# The desk over DOCUMENTS agreements on this machine: how soon the search page, a document with its first
# page, and the next document to review are there. Usage: desk.sh [DOCUMENTS] (100000 unless given)
#
# Twelve samples are read; their rows in the ledger are repeated under other identities, and the index is
# that of the samples' generator. The times are those of whole pages over HTTP, one after another, the
# session's check and the audit log's sync included.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
documents=${1:-100000}
work=target/bench/desk; data=$work/data
cargo build --release --locked --quiet --workspace --examples --bins
kartoteka=target/release/kartoteka
rm -rf "$work"; mkdir -p "$data/inbox/lodz-1"
export KARTOTEKA_DATA=$data KARTOTEKA_INTAKE_QUIET_SECONDS=0
find samples/tune -name '*-0[125]-*' ! -name '*.json' | sort | head -n 12 | xargs -I{} cp {} "$data/inbox/lodz-1/"
"$kartoteka" run --once >/dev/null || true
rm -rf "$data/index"
echo "── an index of $documents agreements, and as many rows in the ledger"
target/release/examples/search_measure speed "$documents" "$data/index" | tail -n 1
/usr/bin/python3 - "$data/ledger.db" "$documents" <<'PY'
import sqlite3, sys
ledger = sqlite3.connect(sys.argv[1])
wanted = int(sys.argv[2])
ledger.execute("PRAGMA foreign_keys = OFF")
letters = "0123456789abcdefghjkmnpqrstvwxyz"
def name(n):
    text = ""
    for _ in range(6):
        text, n = letters[n % 32] + text, n // 32
    return text
columns = lambda table: [row[1] for row in ledger.execute(f"PRAGMA table_info({table})")]
rows = {t: (columns(t), list(ledger.execute(f"SELECT * FROM {t}"))) for t in ("submissions", "documents", "records", "fields")}
first = [d[0] for d in ledger.execute("SELECT id FROM documents ORDER BY id")]
def renamed(value, old, new):
    return value.replace(old, new) if isinstance(value, str) else value
for n in range(1, max(1, wanted // len(first))):
    for document in first:
        old = document.rsplit("-", 1)[0]
        new = old[:-6] + name(n)
        if new == old: continue
        for table, (names, all) in rows.items():
            key = "id" if table in ("submissions", "documents") else "document"
            at = names.index(key)
            mine = [r for r in all if r[at] in (old, document)]
            for row in mine:
                row = [renamed(v, old, new) for v in row]
                if table == "submissions":
                    row[names.index("sha256")] = (row[names.index("sha256")][:58] + name(n))
                    row[names.index("repeat_of")] = None
                if table == "documents":
                    row[names.index("to_review")] = 1 if n % 5 == 0 else row[names.index("to_review")]
                ledger.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
ledger.execute("INSERT INTO changes (seq, at, kind, subject, version) VALUES (?, 0, 'document', 'none', 0)", (max(wanted, 1000),))
ledger.commit()
print(ledger.execute("SELECT count(*), sum(to_review) FROM documents").fetchone(), "documents, to review")
PY
"$kartoteka" run --listen 127.0.0.1:0 >"$work/url" 2>"$work/log" & node=$!
trap 'kill $node 2>/dev/null || true; wait $node 2>/dev/null || true' EXIT
for _ in $(seq 300); do [ -s "$work/url" ] && break; sleep 0.2; done
/usr/bin/python3 tests/bench/desk.py "$(cat "$work/url")" "$work/log"
awk '/VmRSS|VmHWM/ {printf "%s %d MB  ", $1, $2 / 1024} END {print ""}' "/proc/$node/status"
ls -l src/server/desk/assets | awk '/desk/ {print $5, $9}'
cat src/server/desk/assets/desk.css src/server/desk/assets/desk.js | gzip -9 | wc -c | awk '{print $1 " bytes of style and script, compressed"}'
