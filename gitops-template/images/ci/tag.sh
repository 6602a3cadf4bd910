#!/bin/sh
# Prints the tag of an image: when its folder last changed, and by which commit. usage: images/ci/tag.sh NAME [COMMIT]
# The same sources have the same tag, whoever builds them and how often. Needs the history: no shallow clone.
set -eu
name=${1:?usage: images/ci/tag.sh NAME [COMMIT]}
commit=${2:-HEAD}

if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    echo "tag.sh: this clone is shallow, the last change of images/$name may lie before it: git fetch --unshallow" >&2
    exit 1
fi
tag=$(TZ=UTC0 git log -1 --abbrev=12 --date=format-local:%Y%m%d-%H%M%S --format=%cd-%h "$commit" -- "images/$name")
if [ -z "$tag" ]; then
    echo "tag.sh: images/$name is not in $commit: NAME is a folder below images/" >&2
    exit 1
fi
echo "$tag"
