#!/usr/bin/env bash
# Makes a virtual environment with hagen and its tools in it. usage: setup.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "hagen needs Python 3.11 or newer; none was found on the PATH" >&2
    exit 1
}

python=$(find_python)
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        echo "setup: installing $version (Debian keeps venv in a package of its own)"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$version" >/dev/null
    else
        echo "$python cannot make virtual environments: install python3-venv, then run this again" >&2
        exit 1
    fi
fi

echo "setup: $venv with $("$python" --version)"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "setuptools>=77"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
# Also where Python is told not to write byte code by itself: an unprepared start costs a quarter of a second more.
"$venv/bin/python" -m compileall -q generator agent bootstrap
touch "$venv/.installed"
