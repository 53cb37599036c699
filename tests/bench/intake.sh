#!/bin/bash
# Intake killed with kill -9 at random moments while it takes 500 files, again and again; then the
# balance; then many small files dropped at once. Arguments: number of files, number of kills, seed,
# number of small files.
set -eu
cd "$(dirname "$0")/../.."
files=${1:-500} kills=${2:-40} RANDOM=${3:-5} many=${4:-10000}
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

# Many at one station, one at another a moment later: nobody waits for the many, memory stays flat.
export KARTOTEKA_DATA=$scratch/many/data KARTOTEKA_INBOX=$scratch/many/inbox
mkdir -p "$scratch/many/inbox/malo" "$scratch/many/staging/duzo"
for n in $(seq "$many"); do
    { cat "$sample"; printf '%% %s\n%%%%EOF\n' "m$n"; } >"$scratch/many/staging/duzo/$n.pdf"
done
cp "$sample" "$scratch/many/jeden.pdf"
"$program" run --role intake >/dev/null 2>"$scratch/many/log" &
run=$!
until [ -d "$scratch/many/inbox/_claimed" ]; do sleep 0.1; done
sleep 2
now() { date +%s%3N; }
resident() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$run/status"; }
taken() { find "$scratch/many/inbox/duzo/_done" -name '*.pdf' 2>/dev/null | wc -l; }
dropped=$(now)
mv "$scratch/many/staging/duzo" "$scratch/many/inbox/duzo"
until [ "$(taken)" -gt 0 ]; do sleep 0.02; done
noticed=$(($(now) - dropped))
sleep 5
dropped_one=$(now)
cp "$scratch/many/jeden.pdf" "$scratch/many/inbox/malo/.part"
mv "$scratch/many/inbox/malo/.part" "$scratch/many/inbox/malo/jeden.pdf"
until [ -e "$scratch/many/inbox/malo/_done/jeden.pdf" ]; do sleep 0.05; done
one=$(($(now) - dropped_one)) behind=$(taken)
until [ "$(taken)" -ge $((many / 10)) ]; do sleep 0.2; done
early=$(resident)
until [ "$(taken)" -ge "$many" ]; do sleep 0.5; done
all=$(($(now) - dropped)) late=$(resident)
kill -TERM "$run"
wait "$run" 2>/dev/null || true
run=
printf '%s small files at once: first taken after %s ms, all after %s s\n' \
    "$many" "$noticed" "$((all / 1000))"
printf 'another station, behind %s of them: taken after %s ms (quiet time 2 s)\n' \
    "$((many - behind))" "$one"
printf 'resident memory: %s MB after a tenth, %s MB at the end\n' "$early" "$late"
"$program" balance | tail -1
