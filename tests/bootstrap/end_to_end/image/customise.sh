#!/bin/sh
# What the machines of the end-to-end test have besides: packages come from the bridge's own address, and nothing that
# a role's cloud-init asks for runs before it does. usage: customise.sh ROOT
set -eu
root=$1
rm -rf "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/*prox*
echo 'deb [trusted=yes] http://10.196.35.1:8000/archive/ ./' >"$root/etc/apt/sources.list"
touch "$root/etc/fstab"
chroot "$root" systemctl --quiet disable etcd haproxy keepalived nftables
# An unprivileged container may not set what belongs to the whole kernel; the rest of the file is set for real.
cat >"$root/usr/local/sbin/sysctl" <<'END'
#!/bin/sh
/usr/sbin/sysctl "$@" 2>/run/sysctl.refused && exit
grep -v 'permission denied\|Read-only file system' /run/sysctl.refused >&2 && exit 1
exit 0
END
chmod 755 "$root/usr/local/sbin/sysctl"
# haproxy raises its own limit of open files for 20000 connections: more than a container may have here.
echo 'EXTRAOPTS="-S /run/haproxy-master.sock -n 4000"' >>"$root/etc/default/haproxy"
