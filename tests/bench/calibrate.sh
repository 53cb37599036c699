#!/bin/bash
# Makes schemas/calibration.toml and docs/reliability.svg again, from fresh documents of the layouts that
# may be tuned on and from the samples. EXTRA names further pairs of readings and truths, such as a bank's
# own. FOREIGN names pairs of hands that made none of the others: each of their values counts for several,
# and the threshold holds for them too. Run by hand after a change of schemas: CALIBRATE=1 tests/bench/calibrate.sh
set -eu
cd "$(dirname "$0")/../.."
[ -n "${CALIBRATE:-}" ] || { echo "skipped: changes the repository; CALIBRATE=1 makes it"; exit 0; }
seed=${SEED:-101}; work=${WORK:-target/bench/calibrate-$seed}; python=/usr/bin/python3
cargo build --release --quiet --locked
cargo build --release --quiet --locked -p extraction --example calibrate
scans=g4,gray,fax,colour,faint,lowcontrast,skew,uneven,g4pdf,jpeg
for set in "digital $seed 400 tune digital" "scans $((seed + 100)) 60 tune $scans" "held $((seed + 200)) 120 held digital"; do
  read -r name set_seed count layouts profiles <<<"$set"
  [ -e "$work/$name/read" ] && continue
  mkdir -p "$work/$name/made"
  "$python" samples/generator --seed "$set_seed" --count "$count" --layouts "$layouts" --profiles "$profiles" --out "$work/$name/made" >/dev/null
  find "$work/$name/made" -type f ! -name '*.json' -print0 | xargs -0r target/release/kartoteka read --out "$work/$name/read" >/dev/null
done
for set in tune held; do
  [ -e "$work/samples/$set" ] && continue
  find "samples/$set" -type f ! -name '*.json' -print0 | xargs -0r target/release/kartoteka read --out "$work/samples/$set" >/dev/null
done
# EXTRA and FOREIGN are lists of words on purpose.
# shellcheck disable=SC2086
target/release/examples/calibrate schemas docs/reliability.svg schemas/calibration.toml \
  "$work/digital/read" "$work/digital/made" "$work/scans/read" "$work/scans/made" \
  "$work/held/read" "$work/held/made" "$work/samples/tune" samples/tune "$work/samples/held" samples/held ${EXTRA:-} \
  ${FOREIGN:+--foreign $FOREIGN}
