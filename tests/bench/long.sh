#!/bin/bash
# What decoding costs beside reading, over the samples; then one PDF of 1,000 scanned pages, read with
# two workers: when the first page was there and the last, and the most memory that the parent and
# all its workers had. Fifteen minutes on two cores. BENCH_PAGES is another number of pages.
set -euo pipefail
cd "$(dirname "$0")/../.."
pages=${BENCH_PAGES:-1000} most_megabytes=600
kartoteka=$PWD/target/release/kartoteka
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export OMP_THREAD_LIMIT=1

echo "long bench: $(git describe --always --dirty), $(nproc --all) cores, load $(cut -d' ' -f1 /proc/loadavg)"
# Built together with the program: alone its libraries would be built a second time.
cargo build --release --locked -q -p kartoteka -p sandbox --example decoding
mapfile -t scans < <(find samples/tune samples/held -name '*.pdf' -o -name '*.tif' | sort)
target/release/examples/decoding "${scans[@]}"

# A batch as long as asked for: the samples' scanned PDFs, over and over.
mapfile -t pdfs < <(find samples/tune samples/held -name '*.pdf' ! -name '*digital*' | sort)
set --
count=0
while [ "$count" -lt "$pages" ]; do
    for pdf in "${pdfs[@]}"; do
        set -- "$@" "$pdf"
        count=$((count + $(pdfinfo "$pdf" | awk '/^Pages/ { print $2 }')))
    done
done
pdfunite "$@" "$scratch/batch.pdf"
count=$(pdfinfo "$scratch/batch.pdf" | awk '/^Pages/ { print $2 }')

printf 'data = "%s"\n[reading]\nworkers = 2\n' "$scratch/data" >"$scratch/kartoteka.toml"
"$kartoteka" --config "$scratch/kartoteka.toml" read --each-page "$scratch/batch.pdf" \
    > >(while IFS= read -r line; do echo "$EPOCHREALTIME ${#line}"; done >"$scratch/lines") &
reader=$!
peak=0 parent=0 began=$EPOCHREALTIME
while kill -0 "$reader" 2>/dev/null; do
    read -r own all < <(ps -o pid=,rss= -p "$reader" --ppid "$reader" \
        | awk -v p="$reader" '{ sum += $2 } $1 == p { own = $2 } END { print own + 0, sum + 0 }')
    [ "$own" -le "$parent" ] || parent=$own
    [ "$all" -le "$peak" ] || peak=$all
    sleep 0.2
done
status=0
wait "$reader" || status=$?
sleep 0.5
awk -v began="$began" -v count="$count" '
    NR == 1 { first = $1 - began } { last = before; before = $1 } END {
    printf "%d pages: %d lines; the first page after %.1f s, the last after %.1f s, %.1f a minute\n",
        count, NR, first, last - began, 60 * count / (last - began) }' "$scratch/lines"
echo "most memory: parent $((parent / 1000)) MB, all processes $((peak / 1000)) MB (at most $most_megabytes)"
[ "$(wc -l <"$scratch/lines")" = $((count + 1)) ] || { echo "a line is missing"; status=1; }
[ "$peak" -lt $((most_megabytes * 1000)) ] || { echo "too much memory"; status=1; }
exit $status
