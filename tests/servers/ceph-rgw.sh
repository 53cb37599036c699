#!/usr/bin/env bash
# A real S3 server with Object Lock for the tests: Ceph's RADOS Gateway, from Debian's own packages.
#
# usage: ceph-rgw.sh start    starts it unless it runs; prints its endpoint, http://127.0.0.1:PORT
#        ceph-rgw.sh stop     stops it
#        ceph-rgw.sh status   prints the endpoint, or exits 1
#
# Nothing is installed: the packages (140 MB) are unpacked into a private folder, target/servers of
# the checkout or $KARTOTEKA_TEST_SERVERS, and run from there, as root or as anyone. Objects live in
# memory and go with the server, which stops by itself when nobody has called `start` for
# 20 minutes. Access key and secret: see below; it listens on loopback only.
set -euo pipefail

readonly ACCESS_KEY=kartoteka-test SECRET_KEY=kartoteka-test-secret
readonly IDLE_SECONDS=1200 START_SECONDS=180
self=$(readlink -f "$0")
base=${KARTOTEKA_TEST_SERVERS:-$(dirname "$self")/../../target/servers}
mkdir -p "$base"
base=$(cd "$base" && pwd)/ceph-rgw
root=$base/root run=$base/run
mkdir -p "$base"

fail() { echo "ceph-rgw.sh: $*" >&2; exit 1; }

endpoint() { cat "$run/endpoint" 2>/dev/null; }
alive() {
    local url; url=$(endpoint) || return 1
    (exec 3<>"/dev/tcp/127.0.0.1/${url##*:}") 2>/dev/null
}

# --- the packages ---------------------------------------------------------------------------------

apt() { command "$@" "${apt_options[@]}"; }
apt_options=()

# Package lists of our own, where the machine has none and we may not make them.
private_lists() {
    mkdir -p "$base/apt/state/lists/partial" "$base/apt/cache/archives/partial"
    apt_options=(-o "Dir::State::lists=$base/apt/state/lists" -o "Dir::Cache=$base/apt/cache"
        -o Debug::NoLocking=1 -o APT::Sandbox::User=)
    apt apt-get update -qq >"$base/apt.log" 2>&1 ||
        fail "no package lists could be fetched (see $base/apt.log): check the network, or run \`apt-get update\` as root"
}

unpack() {
    [ -e "$root/.complete" ] && return
    command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
        fail "this needs Debian's apt-get and dpkg; elsewhere start an S3 server with Object Lock yourself and set KARTOTEKA_TEST_S3 to its endpoint"
    apt-cache show radosgw >/dev/null 2>&1 || private_lists
    rm -rf "$root" "$base/debs"; mkdir -p "$root" "$base/debs"; cd "$base/debs"
    echo "ceph-rgw.sh: fetching Ceph's packages (140 MB, once)" >&2
    local names
    names=$(apt apt-get install --no-install-recommends --print-uris -y \
        radosgw ceph-mon ceph-osd ceph-common ceph-base 2>>"$base/apt.log" |
        sed -nE "s/^'[^']*' ([^_]+)_.*/\1/p" | sort -u)
    # What is installed is not listed; the daemons must be in the private folder all the same.
    # shellcheck disable=SC2086 # one word a package
    apt apt-get download -o APT::Sandbox::User= $names radosgw ceph-mon ceph-osd ceph-common ceph-base >>"$base/apt.log" 2>&1 ||
        fail "Ceph's packages could not be fetched (see $base/apt.log): check the network and /etc/apt/sources.list, run \`apt-get update\` as root, or set KARTOTEKA_TEST_S3 to another S3 server with Object Lock"
    local deb
    for deb in *.deb; do dpkg -x "$deb" "$root"; done
    rm -rf "$base/debs"
    touch "$root/.complete"
}

environment() {
    local lib libs=
    for lib in "$root"/usr/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu/ceph "$root/usr/lib/ceph" "$root"/lib/*-linux-gnu; do
        libs+=$lib:
    done
    export LD_LIBRARY_PATH=${libs%:} PATH=$root/usr/bin:$PATH PYTHONPATH=$root/usr/lib/python3/dist-packages
    unset CEPH_ARGS; export CEPH_CONF=$run/ceph.conf
    python=/usr/bin/python3; [ -x $python ] || python=$root/usr/bin/python3
}
ceph() { timeout 60 "$python" "$root/usr/bin/ceph" "$@"; }

# --- the server -----------------------------------------------------------------------------------

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo $port
}

configure() {
    local arch; arch=$(echo "$root"/usr/lib/*-linux-gnu)
    cat >"$run/ceph.conf" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = [v1:127.0.0.1:$1]
mon initial members = a
public network = 127.0.0.0/8
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd crush chooseleaf type = 0
mon max pg per osd = 1000
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 0
mon data avail warn = 0
ms bind msgr2 = false
run dir = $run
admin socket =
pid file =
log file = $run/\$name.log
plugin dir = $arch
erasure code dir = $arch/ceph/erasure-code
osd class dir = $arch/rados-classes
[mon]
mon data = $run/mon
[osd]
osd data = $run/osd
osd objectstore = memstore
memstore device bytes = 1073741824
osd class load list = *
osd class default list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$2
CONF
}

wait_for() { # SECONDS COMMAND…: until it succeeds
    local until=$((SECONDS + $1)); shift
    until "$@" >>"$run/setup.log" 2>&1; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.3
    done
}
osd_is_up() { ceph osd stat | grep -q '1 up'; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }

# Runs the server and waits with it: started in the background by `start`.
supervise() {
    trap 'kill -TERM $(jobs -p) 2>/dev/null || true; rm -f "$run/endpoint"' EXIT
    trap 'exit 0' TERM INT HUP
    environment
    local mon_port port uuid
    mon_port=$(free_port) port=$(free_port)
    configure "$mon_port" "$port"
    mkdir -p "$run/mon" "$run/osd"; cd "$run"
    monmaptool --create --addv a "[v1:127.0.0.1:$mon_port]" \
        --fsid "$(sed -n 's/^fsid = //p' ceph.conf)" --clobber monmap >>setup.log
    ceph-mon --mkfs -i a --monmap monmap >>setup.log 2>&1
    ceph-mon -i a -f >mon.out 2>&1 &
    wait_for 60 ceph mon stat
    uuid=$(cat /proc/sys/kernel/random/uuid)
    wait_for 60 ceph osd new "$uuid"
    ceph-osd -i 0 --mkfs --osd-uuid "$uuid" >>setup.log 2>&1
    ceph-osd -i 0 -f >osd.out 2>&1 &
    wait_for 60 osd_is_up
    radosgw -n client.rgw -f >rgw.out 2>&1 &
    wait_for 120 listens "$port"
    wait_for 60 radosgw-admin -n client.rgw user create --uid=kartoteka --display-name=kartoteka \
        --access-key=$ACCESS_KEY --secret=$SECRET_KEY
    echo "http://127.0.0.1:$port" >endpoint.new && mv endpoint.new endpoint
    while [ $(($(date +%s) - $(stat -c %Y "$run/used"))) -lt $IDLE_SECONDS ]; do
        sleep 5 & wait $!
    done
}

start() {
    exec 9>"$base/lock"; flock 9
    if ! alive; then
        stop_running
        unpack
        rm -rf "$run"; mkdir -p "$run"; touch "$run/used"
        setsid nohup "$self" supervise >"$run/supervise.log" 2>&1 9>&- </dev/null &
        echo $! >"$base/pid"
        local until=$((SECONDS + START_SECONDS))
        until alive; do
            kill -0 "$(cat "$base/pid")" 2>/dev/null ||
                fail "the server stopped while starting: see the logs in $run"
            [ $SECONDS -lt $until ] || fail "the server did not start in $START_SECONDS s: see the logs in $run"
            sleep 0.2
        done
    fi
    touch "$run/used"
    endpoint
}

stop_running() {
    local pid; pid=$(cat "$base/pid" 2>/dev/null) || return 0
    # Only ever our own supervisor: the number may be somebody else's by now.
    if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "ceph-rgw.sh supervise"; then
        kill -TERM "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    fi
    rm -f "$base/pid"
}

case ${1:-} in
    start) start ;;
    stop) exec 9>"$base/lock"; flock 9; stop_running ;;
    status) alive && endpoint ;;
    supervise) supervise ;;
    *) sed -n '2,/^set /s/^# \{0,1\}//p' "$self"; exit 2 ;;
esac
