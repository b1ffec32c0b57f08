#!/usr/bin/env bash
# What the tests need from the system: installed where we may, else named. Where CI=true, required.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/setup/apt.sh

has_postgis() {
    local version
    for version in /usr/lib/postgresql/*/bin/initdb; do
        version=${version#/usr/lib/postgresql/}
        [ -e "/usr/share/postgresql/${version%%/*}/extension/postgis.control" ] && return 0
    done
    return 1
}

has_cjk_font() {
    dpkg-query -W -f '${Status}' fonts-noto-cjk 2>/dev/null | grep -q 'ok installed' && return 0
    fc-list :lang=zh 2>/dev/null | grep -q .
}

# The newest one that this Debian offers; before the lists were read, the one of Debian 12.
postgis_package() {
    local offered
    offered=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' 2>/dev/null | cut -d' ' -f1 | sort -V | tail -n 1)
    echo "${offered:-postgresql-15-postgis-3}"
}

# Chromium is steered by a program that links it; Debian's smallest system lacks it.
has_libatomic() {
    dpkg-query -W -f '${Status}' libatomic1 2>/dev/null | grep -q 'ok installed'
}

missing() {
    has_postgis || postgis_package
    command -v chromium >/dev/null || echo chromium
    has_cjk_font || echo fonts-noto-cjk
    command -v ogrinfo >/dev/null || echo gdal-bin
    command -v curl >/dev/null || echo curl
    has_libatomic || echo libatomic1
}

[ -n "$(missing)" ] || exit 0
refresh_package_lists || say "the lists of Debian packages could not be refreshed"
# Each on its own, so that one that cannot be had does not keep the others away.
for package in $(missing); do
    install_packages "$package" || say "not installed: $package"
done

left=$(missing | tr "\n" " ")
[ -n "$left" ] || exit 0
if [ "${CI:-}" = true ]; then
    shout "MISSING: $left" "Required, since CI=true."
    exit 1
fi
shout "MISSING: $left" "The tests that need them will be skipped. To have them: apt-get install $left"
