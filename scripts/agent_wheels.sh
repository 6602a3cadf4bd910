#!/bin/sh
# Fills a folder with the wheels of the health agent, for load balancers that download nothing.
#   agent_wheels.sh PYTHON FOLDER [VERSION [MACHINE]]
# PYTHON: the interpreter that builds and downloads. VERSION and MACHINE: Python and processor of the load balancers.
set -eu
python=$1
folder=$2
version=${3:-3.12}
machine=${4:-x86_64}
cd "$(dirname "$0")/.."
rm -rf "$folder"
mkdir -p "$folder"
"$python" -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir "$folder" .
wheel=$(ls "$folder"/hagen-*.whl)
"$python" -m pip --disable-pip-version-check download --quiet --dest "$folder" --only-binary=:all: \
    --python-version "$version" --platform "manylinux2014_$machine" --platform "manylinux_2_28_$machine" --platform any \
    "${wheel}[agent]"
echo "$folder: $(find "$folder" -name '*.whl' | wc -l) wheels for Python $version on $machine"
