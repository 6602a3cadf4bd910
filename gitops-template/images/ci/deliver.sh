#!/bin/sh
# Brings images that were built from HEAD to clusters: a commit with their tags, on top of the branch as it is now.
# usage: images/ci/deliver.sh BRANCH CLUSTER... -- NAME=IMAGE...
# Somebody may push meanwhile: then the change is made anew on theirs; nothing is merged, so nothing can conflict.
# Never run it in a clone that you work in: it resets the work tree.
set -eu

# A function is read as a whole before it runs: the reset below may replace this very file.
deliver() {
    usage="usage: images/ci/deliver.sh BRANCH CLUSTER... -- NAME=IMAGE..."
    branch=${1:?$usage}
    shift
    clusters=
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        clusters="$clusters $1"
        shift
    done
    if [ -z "$clusters" ] || [ $# -lt 2 ]; then
        echo "$usage" >&2
        exit 2
    fi
    shift

    built=$(git rev-parse HEAD)
    here=$(dirname "$0")
    tags=$(for pair in "$@"; do
        tag=$("$here/tag.sh" "${pair%%=*}" "$built")
        echo "${pair%%=*} ${pair#*=} $tag"
    done)
    : "${ATTEMPTS:=5}"
    : "${PAUSE:=3}"

    attempt=1
    while :; do
        git fetch --quiet origin "+refs/heads/$branch:refs/remotes/origin/$branch"
        git reset --quiet --hard "refs/remotes/origin/$branch"
        message=
        while read -r name image tag; do
            # Newer sources are being built by a run of their own: what was built here would be a step back.
            if ! git diff --quiet "$built" HEAD -- "images/$name"; then
                echo "images/$name has changed since $built: left to the run of the newer commit"
                continue
            fi
            for cluster in $clusters; do
                images/ci/bump.sh "$cluster" "$name" "$image" "$tag"
            done
            message="${message:+$message, }$name $tag"
        done <<END
$tags
END
        if git diff --quiet; then
            echo "nothing to change: the branch has these tags already, or newer sources"
            exit 0
        fi
        git -c user.name=images -c user.email=images@localhost commit --quiet --all --message "Deliver $message"
        if git push --quiet origin "HEAD:refs/heads/$branch"; then
            echo "delivered: $message"
            exit 0
        fi
        if [ "$attempt" -ge "$ATTEMPTS" ]; then
            echo "deliver.sh: $branch refused the push $attempt times: may this job push to it (protected branch)?" >&2
            exit 1
        fi
        attempt=$((attempt + 1))
        sleep "$PAUSE"
    done
}

deliver "$@"
