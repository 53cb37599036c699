#!/bin/bash
# Intake killed with kill -9 at random moments while it takes 500 files, again and again; then the
# balance. Arguments: number of files, number of kills, seed.
set -eu
cd "$(dirname "$0")/../.."
files=${1:-500} kills=${2:-40} RANDOM=${3:-5}
program=$PWD/target/release/kartoteka
scratch=$(mktemp -d)
run=
stop() {
    [ -z "$run" ] || kill -9 "$run" 2>/dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT
export KARTOTEKA_DATA=$scratch/data KARTOTEKA_INBOX=$scratch/inbox KARTOTEKA_INTAKE_FREE_MEGABYTES=100
echo "intake bench: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)," \
    "kartoteka $(git describe --always --dirty 2>/dev/null)"

sample=$(find samples -name '*digital.pdf' | sort | head -1)
mkdir -p "$scratch/inbox"/skaner-{1,2,3}
for n in $(seq "$files"); do
    target=$scratch/inbox/skaner-$((n % 3 + 1))/$n.pdf
    cp "$sample" "$target.part"
    printf '%% %s\n%%%%EOF\n' "$n" >>"$target.part"
    mv "$target.part" "$target"
done
waiting() { find "$scratch/inbox" -type f -name '*.pdf' -not -path '*/_done/*' | wc -l; }

killed=0 within=0
# Kills go on while files wait; the time between them grows, so that it comes to an end.
while [ "$killed" -lt "$kills" ] || [ "$(waiting)" -gt 0 ]; do
    before=$(waiting)
    "$program" run --role intake >/dev/null 2>&1 &
    run=$!
    milliseconds=$((RANDOM % 1500 + killed * 20))
    sleep "$((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))"
    kill -9 "$run"
    wait "$run" 2>/dev/null || true
    run=
    killed=$((killed + 1))
    after=$(waiting)
    [ "$after" -eq 0 ] || [ "$after" -eq "$before" ] || within=$((within + 1))
done
echo "$files files, $killed kills, $within of them while files were being taken"
"$program" balance
"$program" verify
done_files=$(find "$scratch/inbox" -path '*/_done/*' -name '*.pdf' | wc -l)
received=$("$program" status --json | sed -n 's/.*"received": \([0-9]*\).*/\1/p' | head -1)
echo "dropped $files, received $received, in _done $done_files: lost $((files - received))," \
    "twice $((received > files ? received - files : 0))"
[ "$received" -eq "$files" ] && [ "$done_files" -eq "$files" ]
