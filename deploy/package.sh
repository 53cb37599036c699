#!/usr/bin/env bash
# Makes what is installed: a Debian package and a tarball, in target/package.
# Usage: deploy/package.sh [deb] [tarball]      both unless one is named
#
# Both are of the Debian release that this runs on: the package takes its libtesseract and C library from
# there, the tarball brings everything but the C library. Needs cargo-deb for the one, patchelf for the
# other. KARTOTEKA=PROGRAM takes a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${*:-deb tarball}
version=$(sed -nE '/^\[workspace.package\]/,/^\[/ s/^version = "(.*)"/\1/p' Cargo.toml)
out=target/package
program=${KARTOTEKA:-target/release/kartoteka}

say() { echo "── $*"; }
need() { command -v "$1" >/dev/null || { echo "$1 is missing: $2" >&2; exit 3; }; }

if [ -z "${KARTOTEKA:-}" ]; then
    cargo build --release --workspace --locked
fi

say "what the program says of itself: man pages, completions, a commented configuration"
rm -rf "$out" && mkdir -p "$out"
"$program" generate man "$out/man"
"$program" generate completions "$out/completions"
"$program" init --yes --config "$out/kartoteka.toml" \
    --data /var/lib/kartoteka --inbox /var/lib/kartoteka/inbox >/dev/null
cp -r schemas "$out/schemas"
# Names of functions stay, for whoever reports a fault; lines of code do not.
mkdir -p "$out/bin" && cp "$program" "$out/bin/kartoteka" && strip --strip-debug "$out/bin/kartoteka"
program=$out/bin/kartoteka

deb() {
    need cargo-deb "cargo install cargo-deb --locked"
    # Built already, and with every crate's features together: not built again for the one package.
    cargo deb --no-build --no-strip --output "$out/"
    ls "$out"/*.deb
}

tarball() {
    need patchelf "apt-get install patchelf"
    local name folder models
    name=kartoteka-$version-debian$(. /etc/os-release && echo "${VERSION_ID:-unknown}")-$(uname -m)
    folder=$out/$name
    mkdir -p "$folder"/{bin,lib,share/man/man1,share/tessdata}
    cp "$program" "$folder/bin/kartoteka"
    # Everything but the C library and the loader, which have to be those of the machine.
    ldd "$program" | awk '$3 ~ /^\// { print $3 }' |
        grep -vE '/(libc|libm|libdl|libpthread|librt|ld-linux[^/]*)\.so' |
        xargs -r -I{} cp -L {} "$folder/lib/"
    patchelf --set-rpath '$ORIGIN/../lib' "$folder/bin/kartoteka"
    for library in "$folder"/lib/*; do patchelf --set-rpath '$ORIGIN' "$library"; done
    models=$(dirname "$(find /usr/share/tesseract-ocr -name pol.traineddata | head -1)")
    cp "$models"/{pol,eng,osd}.traineddata "$folder/share/tessdata/"
    cp -r "$out/man/." "$folder/share/man/man1/"
    cp -r "$out/completions" schemas docs LICENSE README.md CHANGELOG.md "$folder/"
    "$program" init --yes --config "$folder/kartoteka.toml.example" >/dev/null
    cp deploy/debian/kartoteka.service "$folder/"
    # The same bytes for the same input: fixed order, owner and time.
    tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" \
        -C "$out" -czf "$out/$name.tar.gz" "$name"
    rm -r "$folder"
    ls "$out/$name.tar.gz"
}

for one in $what; do
    case $one in
        deb | tarball) say "$one" && "$one" ;;
        *) echo "deploy/package.sh makes deb and tarball, not $one" >&2 && exit 2 ;;
    esac
done
(cd "$out" && sha256sum -- *.deb *.tar.gz 2>/dev/null > SHA256SUMS) || true
cat "$out/SHA256SUMS"
