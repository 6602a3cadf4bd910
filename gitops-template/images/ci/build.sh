#!/bin/sh
# Builds an image from images/NAME, scans it, and pushes it with --push. usage: images/ci/build.sh NAME IMAGE [--push]
# An image that the registry has already is neither built nor pushed again. TRIVY_IMAGE names the scanner.
set -eu
usage="usage: TRIVY_IMAGE=... images/ci/build.sh NAME IMAGE [--push]"
name=${1:?$usage}
image=${2:?$usage}
push=${3:-}
: "${TRIVY_IMAGE:?$usage}"

here=$(dirname "$0")
tag=$("$here/tag.sh" "$name")
reference="$image:$tag"
if [ "$push" = --push ] && docker manifest inspect "$reference" >/dev/null 2>&1; then
    echo "$reference is in the registry already"
    exit 0
fi

docker build --pull --tag "$reference" --label "org.opencontainers.image.version=$tag" \
    --label "org.opencontainers.image.revision=$(git rev-parse HEAD)" "images/$name"

# The scanner gets a copy of the image, neither the daemon nor anything of this job: it is somebody else's program.
work=$(mktemp -d)
scanner=
clean() {
    rm -rf "$work"
    if [ -n "$scanner" ]; then docker rm --force "$scanner" >/dev/null; fi
}
trap clean EXIT
docker save --output "$work/image.tar" "$reference"
scanner=$(docker create "$TRIVY_IMAGE" image --input /image.tar --no-progress \
    --scanners vuln --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1)
docker cp "$work/image.tar" "$scanner:/image.tar"
if ! docker start --attach "$scanner"; then
    echo "build.sh: $reference has HIGH or CRITICAL vulnerabilities for which there is a fix, or could not be scanned" >&2
    exit 1
fi

if [ "$push" = --push ]; then
    docker push "$reference"
fi
