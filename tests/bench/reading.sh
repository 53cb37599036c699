#!/bin/bash
# What a page costs and how truly it is read, beside OCRmyPDF 17: same files, same cores, one run.
#
#   BENCH_SEED   of the samples made for this run: 1000 and above is for reporting, below for tuning
#   BENCH_COUNT  how many documents
#   BENCH_PEER   which runs of the peer, any of: defaults clean (empty: none)
#   BENCH_SHARED pages of others to read beside Tesseract, where they are: ../shared/data
#
# Made samples stay in target/bench/reading, as does the peer's Python environment.
set -euo pipefail
cd "$(dirname "$0")/../.."
seed=${BENCH_SEED:-5001} count=${BENCH_COUNT:-24} peers=${BENCH_PEER-defaults clean}
place=target/bench/reading
samples=$place/$seed-$count read=$place/read-$seed-$count
profiles=gray,g4,g4pdf,fax,faxcoarse,colour,skew,skewgray,punched,turned,turnedgray,rotatekey,duplex,duplexg4,faint,lowcontrast,uneven,jpeg,png
kartoteka=$PWD/target/release/kartoteka
compare=target/release/examples/compare
cores=$(nproc)
# The peer's Tesseract spins on all cores otherwise; it was measured with what suits it best.
export OMP_THREAD_LIMIT=1
# CPU is measured, not patience: on a busy machine no page is cut short by the clock.
export KARTOTEKA_LIMITS_PAGE_SECONDS=600

mkdir -p "$place"
# Built together with the program: alone its libraries would be built a second time.
cargo build --release --locked -q -p kartoteka -p ocr --example compare
if [ ! -e "$samples/done" ]; then
    if ! /usr/bin/python3 -c 'import weasyprint, numpy, PIL' 2>/dev/null; then
        echo "skipped: the generator of samples needs the packages that samples/README.md names"
        exit 0
    fi
    rm -rf "$samples"
    /usr/bin/python3 samples/generator --seed "$seed" --count "$count" --main-share 0.5 \
        --profiles "$profiles" --out "$samples" >"$place/generator.log"
    touch "$samples/done"
fi
find "$samples" -type f ! -name '*.truth.json' ! -name done | sort >"$place/files"
mapfile -t files <"$place/files"
pages=$(grep -ho '"kind"' "$samples"/*.truth.json | wc -l)

# User and system seconds of a command with all it started and waited for.
seconds_of() {
    TIMEFORMAT='%U %S'
    { time "$@" >"$place/out.log" 2>"$place/err.log"; } 2>"$place/time" \
        || { echo "$1 failed:"; tail -3 "$place/err.log"; } >&2
    awk '{ print $1 + $2 }' "$place/time"
}
row() { awk -v n="$1" -v s="$2" -v p="$pages" -v o="$ours" \
    'BEGIN { printf "%-44s %9.1f %8.3f %7.2f\n", n, s, s / p, s / o }'; }

ocrmypdf=$place/ocrmypdf/bin/ocrmypdf
if [ -n "$peers" ] && [ ! -x "$ocrmypdf" ]; then
    python3 -m venv "$place/ocrmypdf" && "$place/ocrmypdf/bin/pip" install -q 'ocrmypdf==17.*' || peers=
fi
# A bare image carries no resolution that the peer believes: it is told.
peer() {
    local out=$1 file name; shift
    for file in "${files[@]}"; do
        name=$(basename "${file%.*}")
        "$ocrmypdf" -q -l pol+eng --image-dpi 300 --output-type pdf "$@" --sidecar "$out/$name.txt" \
            "$file" "$place/peer.pdf" || rm -f "$out/$name.txt"
    done
}

echo "reading bench: ${#files[@]} scans, $pages pages, seed $seed; $cores cores, load $(cut -d' ' -f1 /proc/loadavg)"
echo "versions: kartoteka $(git describe --always --dirty), $(tesseract --version 2>&1 | head -1)," \
    "OCRmyPDF $("$ocrmypdf" --version 2>/dev/null || echo absent), $(unpaper --version 2>/dev/null | sed 's/^/unpaper /' || echo 'no unpaper')"
rm -rf "$read" && mkdir -p "$read/ours"
ours=$(seconds_of "$kartoteka" read --out "$read/ours" "${files[@]}")
echo
printf '%-44s %9s %8s %7s\n' "CPU, everything counted" seconds "a page" "times"
row "kartoteka read" "$ours"
others=()
for peer in $peers; do
    case $peer in
    defaults) options=() ;;
    clean) options=(--deskew --rotate-pages --clean) ;;
    *) echo "BENCH_PEER: defaults or clean, not $peer" >&2; exit 2 ;;
    esac
    mkdir -p "$read/$peer"
    row "ocrmypdf ${options[*]}" "$(seconds_of peer "$read/$peer" "${options[@]}")"
    others+=("ocrmypdf-$peer=$read/$peer")
done
echo
"$compare" "$samples" "$read/ours" "${others[@]}"

# Real pages, each against Tesseract's own reading of it.
real=${BENCH_SHARED:-../shared/data}/pages
if [ ! -d "$real" ]; then
    echo "real pages: skipped: no shared data"
    exit 0
fi
work=$read/real
mkdir -p "$work/truth" "$work/ours" "$work/tesseract"
for truth in "$real"/*.txt; do
    name=$(basename "${truth%.txt}"); name=${name%.gt}; name=${name%.gold}
    python3 -c 'import json, sys
page = {"kind": "text", "rotation": 0, "text": open(sys.argv[1]).read()}
print(json.dumps({"profile": "real", "layout": sys.argv[2][:14], "pages": [page]}))' \
        "$truth" "${name#sample_pl-}" >"$work/truth/$name.truth.json"
    tesseract "$real/$name.tif" "$work/tesseract/$name" -l pol+eng 2>/dev/null
done
"$kartoteka" read --out "$work/ours" "$real"/*.tif || echo "not all real pages were read"
echo
echo "real pages"
"$compare" "$work/truth" "$work/ours" "tesseract=$work/tesseract"
