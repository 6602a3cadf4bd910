#!/usr/bin/env bash
# Runs checkov from a virtual environment of its own: it asks for older versions of libraries that the development tools
# use. Installed when it is first called; exit code 69 when that fails. usage: checkov.sh ARGUMENTS
set -euo pipefail
cd "$(dirname "$0")/.."
version=3.3.30
home=.venv/checkov

if [ ! -e "$home/.installed-$version" ]; then
    echo "checkov: installing $version into $home" >&2
    rm -rf "$home"
    python=.venv/bin/python
    [ -x "$python" ] || python=python3
    if ! { "$python" -m venv "$home" &&
        "$home/bin/python" -m pip install --quiet --disable-pip-version-check "checkov==$version" >&2; }; then
        echo "checkov: cannot be installed from the package index" >&2
        exit 69
    fi
    touch "$home/.installed-$version"
fi
# Nothing of it asks the network: no platform, no policies from elsewhere.
exec "$home/bin/checkov" --skip-download "$@"
