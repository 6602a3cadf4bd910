#!/usr/bin/env bash
# Installs the system packages that the tests hold rendered files against, those of the testbed, and an LXD that the tests
# start themselves. Needs root and apt; says what it does.
set -euo pipefail
packages=(
    haproxy keepalived cloud-init nftables curl openssl iproute2 util-linux
    etcd-server etcd-client mariadb-server mariadb-client galera-4 rsync prometheus wrk shellcheck busybox
    nginx chromium
    lxd lxd-client lxcfs dnsmasq-base uidmap btrfs-progs mmdebstrap zstd attr qemu-system-x86 qemu-utils ovmf
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "system packages: not root on Debian or Ubuntu; the checks that need these will be skipped: ${missing[*]}"
    exit 0
fi
echo "system packages: installing ${missing[*]}"
# Installed, not started: the testbed starts its own. An answer that the administrator gave stands.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
available=()
for package in "${missing[@]}"; do
    # Ubuntu has LXD as a snap only. Read to the end: with `grep -q` apt-cache may write to a closed pipe, and fail.
    if apt-cache policy "$package" | grep 'Candidate: [^(]' >/dev/null; then
        available+=("$package")
    else
        echo "system packages: this release has no $package; the checks that need it will be skipped"
    fi
done
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${available[@]}" >/dev/null
