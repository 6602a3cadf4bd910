#!/bin/sh
# What tells a machine's image from a plain Debian. usage: customise.sh ROOT
set -eu
root=$1
cat >"$root/etc/cloud/cloud.cfg.d/90-tests.cfg" <<'END'
datasource_list: [LXD, NoCloud, None]
apt: {preserve_sources_list: true}
locale: C.UTF-8
END
# Every machine is to get an identity of its own.
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root"/etc/ssh/ssh_host_*_key*
chroot "$root" systemctl --quiet enable systemd-networkd systemd-resolved ssh
# Neither can work in an unprivileged container; left on, the machine would be "degraded" for ever.
chroot "$root" systemctl --quiet mask systemd-binfmt.service e2scrub_reap.service
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
