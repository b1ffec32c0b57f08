# Sourced by the set-up scripts: Debian packages, where this machine lets us install them.

say() { printf '%s\n' "$@" >&2; }

shout() {
    say "" "======================================================================"
    for line in "$@"; do say "  $line"; done
    say "======================================================================" ""
}

# Runs a command as root: directly, or through sudo when it asks for no password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

# Installs the packages named; fails, and says why, where that is not allowed or does not work.
install_packages() {
    may_install || { say "not allowed to install: $* (neither root nor sudo without a password)"; return 1; }
    say "installing Debian packages: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null </dev/null
}

refresh_package_lists() {
    may_install && as_root apt-get update -qq </dev/null
}
