#!/bin/sh
# Verifies this package with coreutils and openssl alone: sh verify.sh [KEY.pem]
# KEY.pem is the bank's public key as you got it by another way than this package. It reads, and
# changes nothing. It ends with 0 when all is as it was signed, and with 1 when it is not.
set -u
LC_ALL=C
export LC_ALL
case $0 in */*) cd "${0%/*}" || exit 3 ;; esac
trusted=${1:-data/evidence/keys/package.pem}
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
failed=0
fail() { printf 'DIFFERS: %s\n' "$1" >&2; failed=1; }

# Every file that is there, one a line; whatever is no plain file is told at once.
walk() {
  for found in "$1"* "$1".[!.]* "$1"..?*; do
    if [ -L "$found" ]; then fail "$found is a link"
    elif [ -d "$found" ]; then walk "$found/"
    elif [ -f "$found" ]; then printf '%s\n' "$found"
    elif [ -e "$found" ]; then fail "$found is no plain file"
    fi
  done
}
walk '' >"$work/walked"
sort "$work/walked" >"$work/there"

# What should be there: what the manifests list, the tag manifests, and their signatures.
for sum in sha256 sha512; do
  tags=tagmanifest-$sum.txt
  { cut -d ' ' -f 3- "manifest-$sum.txt"; cut -d ' ' -f 3- "$tags"
    for other in sha256 sha512; do
      printf '%s\n' "tagmanifest-$other.txt" "tagmanifest-$other.txt.minisig"
    done; } 2>"$work/trouble" | sort >"$work/listed"
  [ -s "$work/trouble" ] && fail "a manifest cannot be read"
  comm -13 "$work/listed" "$work/there" >"$work/added"
  comm -23 "$work/listed" "$work/there" >"$work/missing"
  while IFS= read -r name; do fail "$name is there and not listed"; done <"$work/added"
  while IFS= read -r name; do fail "$name is listed and not there"; done <"$work/missing"
  for manifest in "manifest-$sum.txt" "$tags"; do
    "${sum}sum" --check --strict --quiet "$manifest" 2>&1 || fail "$manifest: see above"
  done

  # The signature: its line decoded is `Ed`, eight bytes of the key's name, and 64 bytes.
  text=$tags.minisig
  { read -r _; read -r body; IFS= read -r comment; read -r all; } <"$text" || fail "$text cannot be read"
  printf '%s' "${body:-}" | base64 -d >"$work/body" 2>/dev/null || fail "$text is no signature"
  printf '%s' "${all:-}" | base64 -d >"$work/all" 2>/dev/null || fail "$text is no signature"
  [ "$(head -c 2 "$work/body")" = Ed ] || fail "$text is no signature"
  tail -c 64 "$work/body" >"$work/signature"
  { tail -c 64 "$work/body"; printf '%s' "${comment#trusted comment: }"; } >"$work/signed"
  for pair in "$tags $work/signature" "$work/signed $work/all"; do
    openssl pkeyutl -verify -pubin -inkey "$trusted" -rawin -in "${pair% *}" -sigfile "${pair#* }" \
      >/dev/null 2>&1 || fail "$text is not by the key $trusted"
  done
done

printf 'signed by the key (compare it with the bank'"'"'s):\n'
openssl pkey -pubin -in "$trusted" -outform DER 2>/dev/null | tail -c 32 | od -An -v -tx1 | tr -d ' \n'
printf '\n'
[ "$failed" = 0 ] && printf 'OK\n'
exit "$failed"
