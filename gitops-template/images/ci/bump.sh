#!/bin/sh
# Writes an image's tag where a cluster has it: in its overlay, in its hagen.yaml and in its hagen.lock. Commits nothing.
# usage: images/ci/bump.sh CLUSTER NAME IMAGE TAG
# All three, so that hagen.yaml goes on describing what runs, and the next render finds the tag that it would write itself.
set -eu
usage="usage: images/ci/bump.sh CLUSTER NAME IMAGE TAG"
cluster=${1:?$usage}
name=${2:?$usage}
image=${3:?$usage}
tag=${4:?$usage}

if ! printf '%s\n' "$tag" | grep -Eqx '[A-Za-z0-9_][A-Za-z0-9._-]{0,127}'; then
    echo "bump.sh: \"$tag\" is no tag: letters, digits, _ . and -, at most 128" >&2
    exit 2
fi
overlay="apps/$name/overlays/$cluster/kustomization.yaml"
if [ ! -f "$overlay" ]; then
    echo "bump.sh: there is no $overlay; clusters here: $(cd clusters && echo *)" >&2
    exit 2
fi

# Replaces a file by what awk makes of it; an unchanged one is not touched, a link stays one.
edit() {
    file=$1
    shift
    new=$(mktemp)
    awk "$@" "$file" >"$new"
    if ! cmp -s "$new" "$file"; then cat "$new" >"$file"; fi
    rm -f "$new"
}

# shellcheck disable=SC2016 # awk's own variables
edit "$overlay" -v name="$name" -v image="$image" -v tag="$tag" '
    inside && /^ *(newName|newTag|digest):/ { next }
    { inside = 0 }
    /^[^ ]/ { images = ($0 ~ /^images:/) }
    { print }
    images && $0 ~ "^ *- name: \"?" name "\"?$" {
        inside = 1
        indent = $0
        sub(/-.*/, "  ", indent)
        printf "%snewName: \"%s\"\n%snewTag: \"%s\"\n", indent, image, indent, tag
    }
'
if ! grep -qF "newTag: \"$tag\"" "$overlay"; then
    echo "bump.sh: $overlay lists no image \"$name\": its images need an entry \"- name: $name\"" >&2
    exit 1
fi

# The image with whatever version stands behind it, where it stands alone; comments stay as they are.
# shellcheck disable=SC2016
replace='
    /^[ \t]*#/ { print; next }
    {
        rest = $0
        line = ""
        while ((at = index(rest, image)) > 0) {
            before = at > 1 ? substr(rest, at - 1, 1) : " "
            line = line substr(rest, 1, at + length(image) - 1)
            rest = substr(rest, at + length(image))
            if (before !~ /[A-Za-z0-9.\/_-]/ && match(rest, /^(:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]+)?/) && RLENGTH > 0) {
                line = line ":" tag
                rest = substr(rest, RLENGTH + 1)
            }
        }
        print line rest
    }
'
for file in hagen.yaml hagen.lock; do
    # The first cluster has its files at the top, a further one in its folder.
    if [ -f "clusters/$cluster/$file" ]; then file="clusters/$cluster/$file"; fi
    if [ ! -f "$file" ]; then continue; fi
    edit "$file" -v image="$image" -v tag="$tag" "$replace"
    # hagen.lock names the registry that is meant where none is named.
    edit "$file" -v image="docker.io/$image" -v tag="$tag" "$replace"
    if [ "${file##*/}" = hagen.yaml ] && ! grep -v '^[[:space:]]*#' "$file" | grep -F "$image:$tag" >/dev/null; then
        echo "bump.sh: $file does not name $image: write apps.$name.image: $image:$tag, or the next render differs" >&2
    fi
done
