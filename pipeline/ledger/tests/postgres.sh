#!/bin/sh
# Starts a PostgreSQL of its own for tests, prints its address on one line, and ends, leaving
# nothing behind, when its standard input does: so it dies with whoever started it, however that
# one died. Arguments are settings, such as fsync=off. It never touches a server that runs already.
set -eu

bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL is not installed; \`make setup-test\` installs it" >&2
    exit 3
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/kartoteka-postgres.XXXXXX")
as=
if [ "$(id -u)" = 0 ]; then
    # It refuses to run as root.
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    chown "$user" "$dir"
    as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
fi
server=
clean() {
    trap '' INT TERM HUP
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$dir"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP
cd "$dir"

$as "$bin/initdb" -D "$dir/data" -U kartoteka -A trust --no-locale -E UTF8 -N >"$dir/initdb.log" 2>&1 || {
    cat "$dir/initdb.log" >&2
    exit 3
}
settings="-c max_connections=300 -c shared_buffers=64MB"
for setting in "$@"; do
    settings="$settings -c $setting"
done
start() {
    # shellcheck disable=SC2086
    $as "$bin/postgres" -D "$dir/data" -c listen_addresses= -c unix_socket_directories="$dir" $settings \
        </dev/null >>"$dir/server.log" 2>&1 &
    server=$!
    tries=0
    until "$bin/pg_isready" -q -h "$dir" -U kartoteka; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
            cat "$dir/server.log" >&2
            exit 3
        fi
        sleep 0.1
    done
}
start
echo "postgres://kartoteka@localhost/postgres?host=$dir"
# `restart` on standard input is what `pg_ctl restart -m immediate` does: no good-bye to anybody.
while read -r command; do
    if [ "$command" = restart ]; then
        kill -QUIT "$server"
        wait "$server" || true
        start
        echo restarted
    fi
done
