#!/usr/bin/env bash
# Installs what the sources of the images need, and holds them against their own linters and tests. Says why it cannot.
set -euo pipefail
cd "$(dirname "$0")/.."

lacking() {
    echo "images: $1"
    if [ -n "${HAGEN_REQUIRE_TESTBED:-}" ]; then
        exit 1
    fi
    echo "images: skipped"
    exit 0
}

for program in node npm; do
    command -v "$program" >/dev/null || lacking "$program is not installed; it comes with Node.js 20.19 or newer"
done
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    lacking "Node.js is $(node --version); the sources need 20.19 or newer"

for package in gitops-template/images/*/package.json; do
    folder=$(dirname "$package")
    echo "images: $folder"
    # npm writes this file last.
    if [ ! "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then
        npm --prefix "$folder" ci --no-audit --no-fund --loglevel=error
    fi
    npm --prefix "$folder" run --silent lint
    npm --prefix "$folder" run --silent test
    npm --prefix "$folder" run --silent --if-present build
done
