#!/usr/bin/env bash
# Makes a container image of Debian with systemd, cloud-init and sshd, as LXD's unified tarball.
# usage: build.sh SUITE SCRATCH OUTPUT.tar.zst [package ...]    in a mount namespace of its own
# SCRATCH: an empty folder; what is put there is memory, and gone with this process.
# CUSTOMISE in the environment: a script that is run last, with the root folder as its argument.
set -euo pipefail
suite=$1 scratch=$2 output=$3
shift 3
mount -t tmpfs -o size=4G,mode=755 scratch "$scratch"
here=$(cd "$(dirname "$0")" && pwd)
packages=(
    ca-certificates cloud-init curl dbus gpg gpgv iproute2 iputils-ping less libpam-systemd locales netbase netplan.io
    openssh-server procps sudo systemd systemd-resolved systemd-sysv udev "$@"
)
# The host's own sources and its settings for apt, so that a mirror or a proxy that works here works in the machines.
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    if [ -s "$file" ] && grep -q "$suite" "$file"; then sources+=("$file"); fi
done
settings=()
for file in /etc/apt/apt.conf.d/*; do
    case $file in *docker*) ;; *) settings+=("--customize-hook=copy-in $file /etc/apt/apt.conf.d") ;; esac
done
if [ -n "${CUSTOMISE:-}" ]; then settings+=("--customize-hook=$CUSTOMISE \"\$1\""); fi
include=$(IFS=,; echo "${packages[*]}")
TMPDIR=$scratch mmdebstrap --quiet --mode=root --variant=apt --include="$include" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="$here/customise.sh \"\$1\"" "${settings[@]}" \
    "$suite" "$scratch/rootfs" "${sources[@]}"
cp -r "$here/metadata.yaml" "$here/templates" "$scratch"
tar --numeric-owner --xattrs -C "$scratch" -cf - metadata.yaml templates rootfs | zstd -q -3 -T0 -f -o "$output"
