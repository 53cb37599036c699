#!/usr/bin/env bash
# Keeps a small data directory of the version that is built, for `operation::data_of_every_released_version_is_taken_up`: two documents, a
# parked file, an index, an audit log with a checkpoint. Made once at a release, and never again for that version.
# Usage: tests/golden/make.sh VERSION
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
version=$1 out=$PWD/tests/golden/$1.tar.gz
[ ! -e "$out" ] || { echo "$out is there: a released version's data is not made again" >&2; exit 1; }
kartoteka=$(realpath "${KARTOTEKA:-target/release/kartoteka}")
"$kartoteka" --version | grep -qF "$version" || { echo "$("$kartoteka" --version) is not $version" >&2; exit 1; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
samples=$PWD/samples
cd "$work"
mkdir -p inbox/skaner-1
# The two smallest digital ones: text, so that the same program reads the same everywhere.
mapfile -t files < <(find "$samples/tune" "$samples/held" -name '*digital*.pdf' -printf '%s %p\n' | sort -n | head -2 | cut -d' ' -f2)
cp "${files[0]}" inbox/skaner-1/pierwsza.pdf
cp "${files[1]}" inbox/skaner-1/druga.pdf
printf '%%PDF-1.7 nothing of it can be read' > inbox/skaner-1/uszkodzona.pdf
export KARTOTEKA_DATA=$work/data KARTOTEKA_INBOX=$work/inbox KARTOTEKA_INTAKE_QUIET_SECONDS=0
"$kartoteka" run --once >/dev/null 2>&1 || [ $? = 1 ]
"$kartoteka" audit checkpoint >/dev/null
# What the records said, by document.
for id in $("$kartoteka" search '*' --json | jq -r '.hits[].id'); do
    "$kartoteka" show "$id" --json
done | python3 -c '
import json, sys
text, at, fields = sys.stdin.read(), 0, {}
while at < len(text.rstrip()):
    record, at = json.JSONDecoder().raw_decode(text, at)
    fields[record["id"]] = record["fields"]
    at += len(text[at:]) - len(text[at:].lstrip())
assert len(fields) == 2, fields
json.dump(fields, open("expected.json", "w"))'
# Of the programs that are to come, none looks into the lock or the log of the database.
python3 -c "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA wal_checkpoint(TRUNCATE)'); c.close()" data/ledger.db
tar --sort=name --owner=0 --group=0 --numeric-owner -czf "$out" data inbox expected.json
ls -l "$out"
