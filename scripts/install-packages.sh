#!/bin/sh
# Installs Debian packages as root and lets none of them start a service: `openssh-server` would open a public
# door on port 22, now and at every boot, where all we want is its program.
#
#   sudo sh scripts/install-packages.sh mariadb-server-core openssh-server
set -eu
[ $# -gt 0 ] || { echo "usage: install-packages.sh <package>..." >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "install-packages.sh must run as root: sudo sh $0 $*" >&2; exit 2; }

export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d # Debian asks this program before it starts a service; 101 forbids it.
mark='# Written by install-packages.sh for the time of one installation.'
kept=$policy.kept-by-simpul

restore() {
  if [ -e "$kept" ]; then
    mv -f "$kept" "$policy"
  elif grep -qsF "$mark" "$policy"; then
    rm -f "$policy"
  fi
}
trap restore EXIT
trap 'exit 130' HUP INT TERM

# A file with our mark was left by a run that was killed; the machine's own one then lies beside it.
if [ -e "$policy" ] && ! grep -qsF "$mark" "$policy"; then
  cp -p "$policy" "$kept"
fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy.new"
chmod 755 "$policy.new"
mv -f "$policy.new" "$policy"

# An out-of-date list may still know the packages, so a failed update alone is no reason to stop.
apt-get update || true
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"

for package in "$@"; do
  if [ "$package" = openssh-server ] && command -v systemctl >/dev/null; then
    systemctl --quiet disable ssh.service ssh.socket || true
  fi
done
