#!/bin/bash
# Reads every file of the shared hostile material with `kartoteka read`, two workers, and prints a
# table by folder beside what poppler made of it; then each file that poppler opens and we do not,
# and each page count that differs. Memory is that of all processes, sampled five times a second.
# Arguments name folders (qpdf image-tiff …); none is all. An hour and a half on two cores.
set -eu
cd "$(dirname "$0")/../.."
shared=$PWD/../shared/data/hostile
if [ ! -f "$shared/manifest.json" ]; then
    echo "skipped: no shared data"
    exit 0
fi
kartoteka=$PWD/target/release/kartoteka
folders=${*:-$(jq -r '.[].path | split("/")[0]' "$shared/manifest.json" | sort -u)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The passwords that file names give, as in `enc-R3,V2,U=view,O=master.pdf`.
passwords=$(jq -c '[.[].path | scan("[UO]=([a-z]+)")[0]] | unique' "$shared/manifest.json")
printf 'data = "%s"\n[reading]\nworkers = 2\npasswords = %s\n' "$scratch/data" "$passwords" \
    >"$scratch/kartoteka.toml"

# Kilobytes that a process and its children have resident.
resident() {
    ps -o rss= -p "$1" --ppid "$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

echo "hostile bench: $("$kartoteka" --version), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
status=0
for folder in $folders; do
    jq -r --arg f "$folder" '.[].path | select(startswith($f + "/"))' "$shared/manifest.json" \
        >"$scratch/files"
    mapfile -t files <"$scratch/files"
    (
        cd "$shared"
        exec "$kartoteka" --config "$scratch/kartoteka.toml" read "${files[@]}"
    ) >"$scratch/$folder.jsonl" 2>"$scratch/$folder.err" &
    reader=$!
    peak=0
    while kill -0 "$reader" 2>/dev/null; do
        now=$(resident "$reader")
        [ "$now" -le "$peak" ] || peak=$now
        sleep 0.2
    done
    code=0
    wait "$reader" || code=$?
    # 0 and 1 are answers; anything else is a crash of the parent.
    [ "$code" -le 1 ] || { echo "$folder: kartoteka ended with $code"; status=1; }
    [ "$peak" -lt 1500000 ] || { echo "$folder: $((peak / 1000)) MB are too many"; status=1; }
    echo "$folder $((peak / 1000))" >>"$scratch/peaks"
done

# One line a file: what we say beside what poppler said; it was asked about PDFs only.
cat "$scratch"/*.jsonl | jq -rs --slurpfile manifest "$shared/manifest.json" '
    (map({ (.file): . }) | add) as $read
    | $manifest[0][]
    | ($read[.path]) as $ours
    | select($ours)
    | [ (.path | split("/")[0]), .path, (.poppler_22_12 // "-"), (.pages // "-"),
        (if $ours.error then $ours.error.reason else "read" end),
        ($ours.pages // [] | length),
        ($ours.pages // [] | map(select(.kind == "failed")) | length),
        ($ours.error.message // "") ]
    | map(tostring | gsub("[\t\n]"; " ")) | join("\t")' >"$scratch/both"
awk -F '\t' -v peaks="$scratch/peaks" '
    BEGIN { while ((getline line < peaks) > 0) { split(line, p, " "); peak[p[1]] = p[2] } }
    { files[$1]++; failed[$1] += $7
      if ($5 == "read") read[$1]++; else { refused[$1]++; why[$1, $5]++; reasons[$5] = 1 }
      opens = $3 ~ /^ok/
      if (opens) poppler[$1]++
      if (opens && $5 != "read") lost[++losses] = $2 ": " $5 ": " $8
      if (opens && $5 == "read" && $4 != $6) other[++others] = $2 ": " $6 " pages, poppler " $4 }
    END {
      printf "%-12s %6s %6s %8s %13s %14s %8s\n", "folder", "files", "read", "refused", \
        "pages failed", "poppler opens", "peak MB"
      for (f in files)
        printf "%-12s %6d %6d %8d %13d %14s %8d\n", f, files[f], read[f], refused[f], failed[f], \
          poppler[f] ? poppler[f] : "-", peak[f]
      print "\nrefused, by reason:"
      for (f in files) for (r in reasons) if (why[f, r]) printf "  %-12s %-18s %4d\n", f, r, why[f, r]
      printf "\npoppler opens and we refuse: %d\n", losses
      for (n = 1; n <= losses; n++) print "  " lost[n]
      printf "page counts that differ: %d\n", others
      for (n = 1; n <= others; n++) print "  " other[n]
    }' "$scratch/both"
# A file without an answer was lost.
answers=$(wc -l <"$scratch/both")
asked=$(for folder in $folders; do
    jq -r --arg f "$folder" '.[].path | select(startswith($f + "/"))' "$shared/manifest.json"
done | wc -l)
[ "$answers" = "$asked" ] || { echo "$asked files were given, $answers answered"; status=1; }
exit $status
