#!/usr/bin/env bash
# The whole job on the samples, as a new user would see it: drop, drain, look, search.
# Usage: demo.sh PROGRAM DIR (what DIR holds is made anew)
set -euo pipefail
program=$(realpath "$1")
folder=$2
samples=$(dirname "$(realpath "$0")")

mkdir -p "$folder/inbox/skaner-1" "$folder/inbox/skaner-2"
export KARTOTEKA_DATA=$folder/data KARTOTEKA_INBOX=$folder/inbox
# A station is done with a file when it renames it into place.
drop() { cp "$1" "$KARTOTEKA_INBOX/$2/.part" && mv "$KARTOTEKA_INBOX/$2/.part" "$KARTOTEKA_INBOX/$2/$(basename "$1")"; }
for file in "$samples"/tune/*; do case $file in *.pdf | *.tif | *.jpg | *.png) drop "$file" skaner-1 ;; esac; done
for file in "$samples"/held/*; do case $file in *.pdf | *.tif | *.jpg | *.png) drop "$file" skaner-2 ;; esac; done

echo "── $(find "$KARTOTEKA_INBOX" -type f | wc -l) files lie in two stations' folders; draining them"
"$program" run --once
echo
"$program" status
echo
echo "── kartoteka search 'umowa kredytu hipotecznego' --limit 3"
"$program" search 'umowa kredytu hipotecznego' --limit 3
echo
cat <<END
── What to try next (the archive of this demo is in $folder):
   export KARTOTEKA_DATA=$folder/data KARTOTEKA_INBOX=$folder/inbox PATH=$(dirname "$program"):\$PATH
   kartoteka search 'kredyt hipoteczny kwota:200000..500000'
   kartoteka show ID                  one document: fields, findings, retention, history
   kartoteka show ID --why rrso       what made the value
   kartoteka verify                   hashes every stored original again
   kartoteka run                      keeps watching $folder/inbox: drop a scan there
END
