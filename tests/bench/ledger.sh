#!/bin/bash
# What the ledger takes and how it answers: job cycles a second, claims while a million jobs wait,
# lists over a million documents, nodes killed under load, four nodes against one. Each on a
# database of its own that goes with the script. Arguments name parts: cycles claims lists kill linear.
set -eu
cd "$(dirname "$0")/../.."
parts=${*:-cycles claims lists kill linear}
scratch=$(mktemp -d)
# Together with the program, so that libraries are built once, with one set of features.
cargo build --release --locked -q -p kartoteka -p ledger --features ledger/postgres --examples
bin=target/release/examples
server=
stop() {
    [ -z "$server" ] || exec 7>&-
    rm -rf "$scratch"
}
trap stop EXIT

# A PostgreSQL that ends with file descriptor 7, and a new database of it.
databases=0
postgres() {
    if [ -z "$server" ]; then
        mkfifo "$scratch/in" "$scratch/out"
        pipeline/ledger/tests/postgres.sh shared_buffers=256MB <"$scratch/in" >"$scratch/out" 7>&- &
        exec 7>"$scratch/in"
        read -r server <"$scratch/out"
    fi
    databases=$((databases + 1))
    psql -q "$server" -c "CREATE DATABASE bench_$databases"
    url=${server/\/postgres\?/\/bench_$databases\?}
}

echo "ledger bench: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(psql --version)," \
    "kartoteka $(git describe --always --dirty 2>/dev/null)"
failed=0
for part in $parts; do
    echo "== $part"
    case $part in
    cycles)
        postgres
        echo "PostgreSQL, 16 clients:"
        "$bin/cycles" "$url" 16 10 20000 || failed=1
        echo "SQLite, 1 client, then 16:"
        "$bin/cycles" "sqlite:$scratch/one.db" 1 10 10000 || failed=1
        "$bin/cycles" "sqlite:$scratch/sixteen.db" 16 10 10000 || failed=1
        ;;
    claims)
        for waiting in 1000 100000 1000000; do
            postgres
            printf 'PostgreSQL '
            "$bin/million" "$url" claims $waiting || failed=1
            printf 'SQLite     '
            "$bin/million" "sqlite:$scratch/claims-$waiting.db" claims $waiting || failed=1
            rm -f "$scratch"/claims-*
        done
        ;;
    lists)
        postgres
        echo "PostgreSQL:"
        "$bin/million" "$url" lists 1000000 || failed=1
        echo "SQLite:"
        "$bin/million" "sqlite:$scratch/lists.db" lists 1000000 || failed=1
        rm -f "$scratch"/lists.*
        ;;
    kill) "$bin/nodes" kill 300 || failed=1 ;;
    linear) "$bin/nodes" linear 20 || failed=1 ;;
    *) echo "there is no part $part" >&2; exit 2 ;;
    esac
done
exit $failed
