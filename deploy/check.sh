#!/usr/bin/env bash
# Looks at everything that is installed with, without installing it: what there is a tool for here is checked,
# and what could not be is named at the end. Ends with 1 at the first fault.
# Usage: deploy/check.sh [version|scripts|unit|monitoring|container|chart|book|tarball …]    all but tarball unless named
#
# Tools, where they are there: shellcheck, systemd-analyze and strace (unit), promtool (monitoring), hadolint
# (container), helm or Helm's library (chart: helm/render.py), mdbook (book). KARTOTEKA=PROGRAM names the program.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${KARTOTEKA:-target/release/kartoteka}")
missing=()
has() { command -v "$1" >/dev/null || { missing+=("$2: no $1"); return 1; }; }
fail() { echo "FAULT  $*" >&2; exit 1; }
ok() { echo "ok     $*"; }

version() {
    local version other
    version=$(sed -nE '/^\[workspace.package\]/,/^\[/ s/^version = "(.*)"/\1/p' Cargo.toml)
    for other in $(grep -hoE '(kartoteka:|appVersion: "|^version: )[0-9]+\.[0-9]+\.[0-9]+' deploy/container/* deploy/helm/kartoteka/Chart.yaml |
        grep -oE '[0-9]+\.[0-9]+\.[0-9]+'); do
        [ "$other" = "$version" ] || fail "Cargo.toml says $version, deploy/ says $other"
    done
    ok "one version everywhere: $version"
}

scripts() {
    has shellcheck scripts || return 0
    shellcheck -x -S warning deploy/*.sh deploy/debian/{postinst,prerm,postrm} samples/demo.sh tests/bench/soak.sh
    ok "scripts"
}

unit() {
    has systemd-analyze unit || return 0
    local said
    said=$(systemd-analyze security --offline=true "$PWD/deploy/debian/kartoteka.service" | tail -1)
    exposure=$(grep -oE '[0-9]+\.[0-9]+' <<<"$said")
    awk -v is="$exposure" 'BEGIN { exit !(is <= 2.0) }' || fail "the unit's exposure is $exposure, at most 2.0 was agreed"
    ok "the unit's exposure is $exposure"
    has strace "unit: system calls" || return 0
    [ -x "$program" ] || { missing+=("unit: system calls: no program"); return 0; }
    local folder; folder=$(mktemp -d)
    # A whole run: receive, fenced workers, OCR, index, server, and a stop by SIGTERM.
    mkdir -p "$folder/inbox/a" && cp "$(find samples/tune -name '*digital*.pdf' | sort | head -1)" "$folder/inbox/a/umowa.pdf"
    # As an ordinary user, as the service is: SQLite for one gives files away where it is root.
    local -a as=()
    if [ "$(id -u)" = 0 ]; then chown -R nobody "$folder" && as=(runuser -u nobody --); fi
    cp "$program" "$folder/kartoteka"
    "${as[@]}" env KARTOTEKA_DATA="$folder/data" KARTOTEKA_INBOX="$folder/inbox" KARTOTEKA_INTAKE_QUIET_SECONDS=0 OMP_THREAD_LIMIT=1 \
        strace -f -qq -o "$folder/calls" "$folder/kartoteka" run --once --listen 127.0.0.1:0 >"$folder/said" 2>&1 || true
    grep -q '1 files received' "$folder/said" || fail "the run under strace: $(cat "$folder/said")"
    grep -oE '^[0-9]+ +([a-z_0-9]+)\(' "$folder/calls" | sed -E 's/^[0-9]+ +//; s/\($//' | sort -u > "$folder/used"
    allowed > "$folder/allowed"
    said=$(comm -23 "$folder/used" "$folder/allowed")
    [ -s "$folder/used" ] || fail "strace saw nothing"
    [ -z "$said" ] || fail "the unit does not let through: $said"
    ! grep -qE 'PROT_WRITE\|PROT_EXEC' "$folder/calls" || fail "memory is written and run (MemoryDenyWriteExecute)"
    ok "the unit lets through the $(wc -l < "$folder/used") system calls of a whole run"
    rm -rf "$folder"
}

# The system calls that the unit's filters leave, by systemd's own sets.
allowed() {
    local calls line name
    calls=$(mktemp)
    while read -r line; do
        for name in ${line#\~}; do
            expand "$name"
        done | sort -u > "$calls.some"
        case $line in
            \~*) comm -23 "$calls" "$calls.some" > "$calls.new" ;;
            *) sort -u "$calls" "$calls.some" > "$calls.new" ;;
        esac
        mv "$calls.new" "$calls"
    done < <(sed -n 's/^SystemCallFilter=//p' deploy/debian/kartoteka.service)
    # What systemd always lets through.
    { cat "$calls"; expand @default; } | sort -u
    rm -f "$calls" "$calls.some"
}

expand() { # a call, or a set of them, sets in it too
    case $1 in
        @*) systemd-analyze syscall-filter "$1" | sed -nE 's/^ +([@a-z_0-9-]+)$/\1/p' | while read -r name; do expand "$name"; done ;;
        *) echo "$1" ;;
    esac
}

monitoring() {
    python3 -m json.tool deploy/monitoring/dashboard.json >/dev/null || fail "dashboard.json is no JSON"
    has promtool monitoring || return 0
    (cd deploy/monitoring && promtool check rules alerts.yml >/dev/null && promtool test rules alerts.test.yml >/dev/null) ||
        fail "promtool refuses the alert rules"
    ok "alert rules load, and rise when they should"
}

container() {
    if has hadolint container; then hadolint deploy/container/Containerfile && ok "Containerfile"; fi
    python3 -c 'import yaml' 2>/dev/null || { missing+=("compose: no yaml for python3"); return 0; }
    python3 - deploy/container/compose*.yaml <<'END' || fail "compose"
import sys, yaml
for path in sys.argv[1:]:
    services = yaml.safe_load(open(path))["services"]
    for name, service in services.items():
        for needed in service.get("depends_on", []):
            assert needed in services, f"{path}: {name} needs {needed}"
        if service["image"].startswith("kartoteka:"):
            assert service["read_only"] and service["cap_drop"] == ["ALL"], f"{path}: {name} may too much"
END
    ok "compose files"
}

chart() {
    local values rendered
    for values in deploy/helm/test-*.yaml; do
        if command -v helm >/dev/null; then
            helm lint --quiet deploy/helm/kartoteka -f "$values" >/dev/null || fail "helm lint with $values"
            rendered=$(helm template kt deploy/helm/kartoteka -f "$values")
        elif "${PYTHON:-python3}" -c 'import os, sys; sys.path.insert(0, os.environ.get("HELM_SDK", "")); import helm_sdkpy, yaml' 2>/dev/null; then
            rendered=$("${PYTHON:-python3}" deploy/helm/render.py "$values") || fail "the chart with $values"
        else
            missing+=("chart: neither helm nor its library"); return 0
        fi
        grep -q 'readOnlyRootFilesystem: true' <<<"$rendered" || fail "$values: containers may write"
        ok "chart with $(basename "$values"): $(grep -c '^kind:' <<<"$rendered") objects"
    done
}

book() {
    has mdbook book || return 0
    mdbook build docs >target/book.log 2>&1 || { cat target/book.log; fail "the book does not build"; }
    ! grep -qiE 'warn|error' target/book.log || { cat target/book.log; fail "the book"; }
    ok "the book: $(find target/book -name '*.html' | wc -l) pages"
}

# Unpacked and run where the system has no Tesseract for it to find: with its own libraries and models.
tarball() {
    local folder said
    folder=$(mktemp -d)
    tar -xzf "$(ls target/package/*.tar.gz)" -C "$folder" --strip-components=1
    said=$(ldd "$folder/bin/kartoteka" | awk '$3 ~ /^\// { print $3 }' | grep -v "^$folder" |
        grep -vE '/(libc|libm|libdl|libpthread|librt)\.so' || true)
    [ -z "$said" ] || fail "the tarball takes from the system: $said"
    said=$(cd "$folder" && bin/kartoteka doctor || true)
    grep -q "good .*language models .*$folder" <<<"$said" || fail "the tarball does not find its own models: $said"
    said=$(find samples/tune -name '*.png' | sort | head -1)
    "$folder/bin/kartoteka" read --format text "$said" >"$folder/text" 2>/dev/null || true
    [ -s "$folder/text" ] || fail "the tarball reads nothing"
    ok "the tarball reads a scan with its own libraries ($(ls "$folder/lib" | wc -l)) and models"
    rm -rf "$folder"
}

[ $# -gt 0 ] || set -- version scripts unit monitoring container chart book
for one in "$@"; do "$one"; done
if [ ${#missing[@]} -gt 0 ]; then
    printf 'not checked here, for want of a tool: %s\n' "${missing[@]}"
fi
