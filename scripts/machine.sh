# Functions about the machine, read by scripts/setup.sh: what it has, and installing what it lacks where we may.

say() { printf '%s\n' "$*" >&2; }
stop() { say "gurudesk: $*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
may_install() { [ "$(id -u)" = 0 ] && has apt-get; }

# apt PACKAGE...: install Debian packages quietly, without starting any service they bring.
apt() {
    log=$(mktemp)
    say "Installing $* ..."
    if ! { DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends "$@" ||
        { apt-get update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends "$@"; }
    } >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        stop "could not install $*. Try: apt-get install $*"
    fi
    rm -f "$log"
}

# need WHAT CHECK PACKAGE...: have it, install it, or stop with the command that would.
need() {
    what=$1 check=$2
    shift 2
    if "$check"; then return; fi
    may_install || stop "$what is missing. Install it, on Debian with: sudo apt-get install $*"
    apt "$@"
    "$check" || stop "$what is still missing after installing $*"
}

has_pango() {
    .venv/bin/python -c 'import sys; from adapters.pango import missing_pango; sys.exit(bool(missing_pango()))'
}

has_chromium() { has chromium || has chromium-browser || has google-chrome; }

has_servers() {
    [ -n "$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || has postgres || return 1
    has redis-server || has valkey-server
}

# The tests also run against servers that are not ours. Where we may not install them, those tests say what they lack.
want_servers() {
    if ! has_servers && may_install; then apt postgresql redis-server; fi
}

has_faketime() { [ -n "$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null)" ]; }
