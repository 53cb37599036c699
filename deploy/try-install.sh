#!/usr/bin/env bash
# Installs the package on a fresh Debian and lives with it: install, init, doctor, run, a dropped sample, a
# search, a backup, an upgrade while data is there, removal that keeps it, and another installation that
# finds it again. Says at the end what it tried; ends with 1 at the first thing that is not so.
#
# Usage: deploy/try-install.sh [PACKAGE.deb [NEWER.deb]]      target/package/*.deb unless one is named; the upgrade is to the
# newer one, or to the same with a higher number
# Needs root, mmdebstrap and the packages of this machine's Debian release: the package is for it. There is
# no systemd at work in the fresh root, so the program is run as the service's user; where there is
# systemd-nspawn, the root is booted once and the unit is started, reloaded and stopped as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
package=$(realpath "${1:-$(ls target/package/*.deb)}")
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# A folder where devices may be made, and programs run.
root=$(mktemp -d "${TMPDIR:-/var/tmp}/kartoteka-root.XXXXXX")
mounted=()
clean() {
    for place in "${mounted[@]}"; do umount -l "$place" 2>/dev/null || true; done
    if [ -n "${KEEP_ROOT:-}" ]; then echo "the root is kept in $root"; else rm -rf --one-file-system "$root"; fi
}
trap clean EXIT

step() { printf '\n── %s\n' "$*"; }
environment=(/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
inside() { chroot "$root" "${environment[@]}" "$@"; }
# As the service's user, with the service's settings.
kartoteka() { inside runuser -u kartoteka -- env OMP_THREAD_LIMIT=1 sh -c 'cd /var/lib/kartoteka && exec kartoteka "$@"' - "$@"; }
expect() { # WHAT WORDS…: the last output has them
    local what=$1 words; shift
    for words in "$@"; do
        grep -qF -- "$words" <<<"$said" || { echo "not so: $what (no \"$words\" in:)"; echo "$said"; exit 1; }
    done
    echo "ok: $what"
}

step "a fresh $release root (minimal, nothing recommended)"
# The package's dependencies are fetched once more by apt, from where this machine takes its own.
mmdebstrap --quiet --variant=minbase --include=ca-certificates,systemd "$release" "$root" >/dev/null
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
mounts() { mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" && mounted=("$root/proc" "$root/dev"); }
mounts
inside dpkg-query -W -f='${Package} ${Version}\n' libc6 systemd

step "install"
install -m 644 "$package" "$root/tmp/kartoteka.deb"
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /tmp/kartoteka.deb 2>&1 | tail -6
said=$(inside sh -c 'kartoteka --version; id kartoteka; stat -c "%U:%G %a %n" /etc/kartoteka/kartoteka.toml /var/lib/kartoteka /var/lib/kartoteka/inbox; ls /usr/share/man/man1/kartoteka-run.1.gz /usr/share/bash-completion/completions/kartoteka; bash -c ". /usr/share/bash-completion/completions/kartoteka && complete -p kartoteka"')
echo "$said"
expect "user, directories, man pages, completions" "kartoteka 0." "uid=" "root:kartoteka 640" \
    "kartoteka:kartoteka 2750" "kartoteka:kartoteka 2770" "kartoteka-run.1.gz" "-F _kartoteka kartoteka"

step "init writes a configuration, and never over one"
said=$(kartoteka init --yes --config /var/lib/kartoteka/mine.toml --data /var/lib/kartoteka/mine 2>&1)
expect "it is written" "is written"
said=$(kartoteka init --yes --config /var/lib/kartoteka/mine.toml 2>&1 || echo "ended with $?")
expect "it is left as it is" "is there already" "ended with 1"

step "doctor"
said=$(kartoteka doctor 2>&1 || true)
echo "$said"
expect "this machine can run it" "ready to run" "/etc/kartoteka/kartoteka.toml"
said=$(inside kartoteka doctor 2>&1 || echo "ended with $?")
expect "root is told whose data it is" "sudo -u kartoteka kartoteka doctor" "ended with 3"

step "run: a sample is dropped, read, understood, found"
sample=$(find samples/tune -name '*digital*.pdf' | sort | head -1)
install -d -o "$(stat -c %u "$root/var/lib/kartoteka")" -g "$(stat -c %g "$root/var/lib/kartoteka")" "$root/var/lib/kartoteka/inbox/skaner-1"
install -m 664 -o "$(stat -c %u "$root/var/lib/kartoteka")" "$sample" "$root/var/lib/kartoteka/inbox/skaner-1/umowa.pdf"
kartoteka run --once 2>&1 | tail -3
said=$(kartoteka status)
echo "$said"
expect "it is done" "1 files received: 1 done, 0 parked"
said=$(kartoteka search '*')
expect "it is found" "1 document"
said=$(inside ls -a /var/lib/kartoteka/inbox/skaner-1/_receipts)
expect "the station was told" "umowa.pdf.txt"

step "a node that stays: ready, searched over its command line, stopped by SIGTERM"
(exec chroot "$root" "${environment[@]}" setpriv --reuid=kartoteka --regid=kartoteka --init-groups \
    sh -c 'cd /var/lib/kartoteka && exec kartoteka run --listen 127.0.0.1:18700') >"$root/tmp/said" 2>&1 &
node=$!
for _ in $(seq 100); do grep -q http://127.0.0.1:18700 "$root/tmp/said" && break; sleep 0.2; done
said=$(cat "$root/tmp/said")
expect "it says where it listens, and the first password once" "http://127.0.0.1:18700" "one-time password"
kill -TERM "$node"
wait "$node" || true
said=$(cat "$root/tmp/said")
expect "it stopped in good order" "stopped; 0 jobs are left"

step "a backup, and a bundle for support"
said=$(kartoteka backup /var/lib/kartoteka/backup 2>&1)
echo "$said" | tail -2
said=$(kartoteka support-bundle /var/lib/kartoteka/help.tar 2>&1)
expect "the bundle is written" "help.tar"

if command -v systemd-nspawn >/dev/null; then
    step "the unit under systemd, as it is: started, a file dropped, reloaded, stopped"
    cat >"$root/etc/systemd/system/try.service" <<'END'
[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh /tried
END
    cat >"$root/tried" <<'END'
exec >/said 2>&1
systemctl start kartoteka && echo "started and ready"
install -m 660 -o kartoteka /second.pdf /var/lib/kartoteka/inbox/skaner-1/druga.pdf
for _ in $(seq 60); do
    runuser -u kartoteka -- sh -c 'cd /var/lib/kartoteka && kartoteka status' >/status && grep -q '2 done' /status && break
    sleep 1
done
cat /status
systemctl reload kartoteka && echo "reloaded"
sleep 1
systemctl stop kartoteka && echo "stopped"
systemd-analyze security --no-pager kartoteka | tail -1
journalctl --no-pager --output=cat --unit kartoteka
systemctl poweroff --force
END
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -s /etc/systemd/system/try.service "$root/etc/systemd/system/multi-user.target.wants/"
    cp "$(find samples/tune -name '*digital*.pdf' | sort | sed -n 2p)" "$root/second.pdf"
    # It mounts its own. Its filter of system calls does not know landlock.
    umount "${mounted[@]}" && mounted=()
    timeout 180 systemd-nspawn --quiet --boot --directory="$root" --register=no --keep-unit --console=read-only \
        --system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" >"$root/booted" 2>&1 || true
    mounts
    said=$(cat "$root/said" || tail -20 "$root/booted")
    echo "$said"
    expect "the unit works under its own fences" "started and ready" "2 done" "reloaded" "the configuration was read again" \
        "stopped; 0 jobs are left" "exposure level"
    rm -f "$root/etc/systemd/system/multi-user.target.wants/try.service" "$root/said" "$root/status"
    done=2
else
    echo "── not tried: the unit under systemd (no systemd-nspawn)"
    done=1
fi

step "upgrade over it: ${2:-the same package with a higher number}"
if [ -n "${2:-}" ]; then
    install -m 644 "$2" "$root/tmp/newer.deb"
else
    work=$(mktemp -d)
    dpkg-deb -R "$package" "$work/p"
    sed -i -E 's/^Version: (.*)$/Version: \1+try1/' "$work/p/DEBIAN/control"
    dpkg-deb -Zgzip -z1 --root-owner-group -b "$work/p" "$root/tmp/newer.deb" >/dev/null
    rm -r "$work"
fi
newer=$(dpkg-deb -f "$root/tmp/newer.deb" Version)
echo "# the administrator's own line" >>"$root/etc/kartoteka/kartoteka.toml"
inside apt-get install -y -qq --no-install-recommends /tmp/newer.deb 2>&1 | tail -3
said=$(inside dpkg-query -W kartoteka; tail -1 "$root/etc/kartoteka/kartoteka.toml"; kartoteka status)
expect "upgraded, configuration and documents kept" "$newer" "the administrator's own line" "$done done"

step "removal and purge keep the data"
inside apt-get remove -y -qq kartoteka 2>&1 | tail -2
inside apt-get purge -y -qq kartoteka 2>&1 | tail -2
said=$(inside sh -c 'ls /var/lib/kartoteka; ls /usr/bin/kartoteka 2>&1; ls -d /etc/kartoteka 2>&1' || true)
expect "the program is gone, the archive is not" "archive" "ledger.db" "cannot access '/usr/bin/kartoteka'"

step "installed again, it finds what was kept"
inside apt-get install -y -qq --no-install-recommends /tmp/kartoteka.deb 2>&1 | tail -1
said=$(kartoteka verify 2>&1; kartoteka search '*')
expect "originals are as they were put" "sound" "$done document"
echo "$said" | head -3
printf '\nall of it is so, on %s\n' "$(inside sh -c '. /etc/os-release; echo "$PRETTY_NAME"')"
