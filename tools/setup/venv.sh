#!/usr/bin/env bash
# Makes .venv and installs the package with its development dependencies into it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/setup/apt.sh

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# PYTHON names one; else the newest that fits.
choose_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if fits "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    shout "Python 3.11 or newer is needed." "To have it: apt-get install python3 python3-venv"
    return 1
}

if ! fits .venv/bin/python; then
    python=$(choose_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        refresh_package_lists || true
        install_packages python3-venv || { shout "Python's venv is missing." "To have it: apt-get install python3-venv"; exit 1; }
    fi
    "$python" -m venv --clear .venv
fi
say "installing the package and its dependencies into .venv (a minute the first time)"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --editable '.[dev]'
# Compiled once here: each start of a command is then half a second sooner, also where Python may write no bytecode.
.venv/bin/python -m compileall -q src
