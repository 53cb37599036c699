#!/bin/bash
# How well fields are found, by field, type, profile and layout, on layouts that nobody tunes on.
# Makes fresh documents (SEED, COUNT, SCANS), reads them once, measures in milliseconds.
set -eu
cd "$(dirname "$0")/../.."
seed=${SEED:-9001}; count=${COUNT:-120}; scans=${SCANS:-24}; work=${WORK:-target/bench/fields-$seed}
python=/usr/bin/python3
"$python" -c 'import weasyprint, numpy, PIL' 2>/dev/null ||
  { echo "skipped: the samples' generator needs the packages of samples/README.md"; exit 0; }
cargo build --release --quiet --locked
cargo build --release --quiet --locked -p extraction --example accuracy
kartoteka=target/release/kartoteka
make_set() { # name, seed, count, profiles
  local set=$work/$1
  [ -e "$set/read" ] && return
  mkdir -p "$set/made"
  "$python" samples/generator --seed "$2" --count "$3" --layouts held --profiles "$4" --out "$set/made" >/dev/null
  find "$set/made" -type f ! -name '*.json' -print0 | xargs -0r "$kartoteka" read --out "$set/read" >/dev/null
}
make_set digital "$seed" "$count" digital
make_set scans "$((seed + 1))" "$scans" g4,gray,fax,skew,colour,faint,lowcontrast,uneven
"$kartoteka" --version
for set in digital scans; do
  [ -e "$work/$set/read" ] || continue
  echo "=== $set, layouts held, seed $seed"
  target/release/examples/accuracy "$work/$set/read" "$work/$set/made"
done
