#!/bin/sh
# Installs the health agent on this load balancer, into a virtual environment of its own. Rendered by hagen.
#   install.sh hagen[agent]==VERSION [WHEELS]
# WHEELS is a folder of wheels that `make agent-wheels` in hagen's sources fills; with it nothing is downloaded. Run
# again, it upgrades; what runs is replaced only when the new one has shown that it starts.
set -eu
umask 022
requirement=${1:?what to install, for example 'hagen[agent]==1.0.0'}
wheels=${2:-}
home=${HAGEN_AGENT_HOME:-/opt/hagen-agent}

if [ "${HAGEN_AGENT_HOME:-}" = "" ]; then
    getent group hagen-agent >/dev/null || groupadd --system hagen-agent
    id hagen-agent >/dev/null 2>&1 ||
        useradd --system --gid hagen-agent --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin hagen-agent
    install -d -m 0750 -o root -g hagen-agent /etc/hagen-agent
fi

# A virtual environment cannot be moved, so each has a name of its own and a link says which one counts.
new=$home-$(date +%Y%m%d%H%M%S)-$$
trap 'rm -rf "$new"' EXIT
python3 -m venv "$new"
if [ -n "$wheels" ]; then
    "$new/bin/pip" install --quiet --disable-pip-version-check --no-index --find-links "$wheels" "$requirement"
else
    "$new/bin/pip" install --quiet --disable-pip-version-check "$requirement"
fi
"$new/bin/hagen-agent" --version
old=$(readlink "$home" || true)
ln -sfn "$new" "$home.next"
mv -T "$home.next" "$home"
trap - EXIT
if [ -n "$old" ] && [ "$old" != "$new" ]; then rm -rf "$old"; fi
