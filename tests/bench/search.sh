#!/usr/bin/env bash
# Measures the search: recall of inflection, forgiveness of OCR, speed over DOCUMENTS agreements.
# Usage: search.sh [DOCUMENTS] (100000 unless given; 1000000 needs 12 GB of disk and half an hour)
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
documents=${1:-100000}
folder=target/bench/search
rm -rf "$folder"
mkdir -p "$folder"

cargo build --release --locked --quiet -p kartoteka -p search --example search_measure
measure=target/release/examples/search_measure
grep -A1 -E '^name = "(tantivy|frostem|fst)"' Cargo.lock | grep -vE '^--' | paste - - | tr -d '"' | awk '{print $3, $6}'
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo
echo "── recall of inflected forms"
"$measure" recall
echo
echo "── what is found of misread agreements"
"$measure" misses 300
echo
echo "── speed over $documents agreements"
"$measure" speed "$documents" "$folder"
rm -rf "$folder"
