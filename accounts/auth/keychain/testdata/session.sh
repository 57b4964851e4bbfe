#!/bin/sh
# Runs a command on a private session bus with a keychain of its own, in a home that is thrown away.
# usage: session.sh unlocked|locked|empty|none COMMAND [ARG...]
#   locked-display  locked, on a screen of its own (Xvfb) where the question appears
#   unlocked  gnome-keyring with an open login keyring      locked  the same, not opened, no display to ask on
#   empty     gnome-keyring without any keyring             none    a bus that offers no keychain at all
set -eu
mode=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export HOME="$dir/home" XDG_RUNTIME_DIR="$dir/run" XDG_DATA_HOME="$dir/home/.local/share" XDG_CONFIG_HOME="$dir/home/.config" XDG_CACHE_HOME="$dir/home/.cache"
mkdir -p "$XDG_DATA_HOME/keyrings" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS || true

# A bus without service files: what is not started here is not there.
cat >"$dir/bus.conf" <<EOF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=$XDG_RUNTIME_DIR</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
EOF

cat >"$dir/with.sh" <<'EOF'
set -eu
pass=$1
shift
if [ -n "$pass" ]; then
  printf %s "$pass" | gnome-keyring-daemon --unlock --foreground --components=secrets >"$XDG_RUNTIME_DIR/daemon.log" 2>&1 &
else
  gnome-keyring-daemon --start --foreground --components=secrets >"$XDG_RUNTIME_DIR/daemon.log" 2>&1 &
fi
daemon=$!
n=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner \
  string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'; do
  n=$((n + 1))
  [ "$n" -lt 250 ] || { echo "the keyring did not come up" >&2; cat "$XDG_RUNTIME_DIR/daemon.log" >&2; kill $daemon; exit 97; }
  sleep 0.02
done
rc=0
"$@" || rc=$?
kill $daemon 2>/dev/null || true
wait $daemon 2>/dev/null || true
exit $rc
EOF

bus() { dbus-run-session --config-file="$dir/bus.conf" -- "$@"; }
case $mode in
unlocked) bus sh "$dir/with.sh" only-for-tests "$@" ;;
locked)
  bus sh "$dir/with.sh" only-for-tests true
  bus sh "$dir/with.sh" "" "$@"
  ;;
locked-display)
  bus sh "$dir/with.sh" only-for-tests true
  Xvfb -displayfd 3 -screen 0 640x480x24 -nolisten tcp 3>"$dir/display" >/dev/null 2>&1 &
  x=$!
  n=0
  until [ -s "$dir/display" ]; do n=$((n + 1)); [ "$n" -lt 250 ] || exit 95; sleep 0.02; done
  export DISPLAY=":$(cat "$dir/display")"
  rc=0
  dbus-run-session -- sh "$dir/with.sh" "" "$@" || rc=$?
  kill $x
  wait $x 2>/dev/null || true
  exit $rc
  ;;
empty) bus sh "$dir/with.sh" "" "$@" ;;
none) bus "$@" ;;
*) echo "session.sh: unknown mode $mode" >&2; exit 96 ;;
esac
