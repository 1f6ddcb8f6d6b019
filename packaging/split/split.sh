#!/bin/sh
# A post-install script that puts one variant of a bundle, the best one for this machine, where the bundle is: for
# packages of programs that mgo has built. Needs neither mgo nor Go. It runs as dpkg's postinst, as rpm's %post, as
# apk's and as pacman's post-install script: copy it into yours, with the two names below, or have them filled in:
#
#     sed -e 's|@BUNDLE@|/usr/lib/app/app|' -e 's|@TARGET@|/usr/bin/app|' split.sh > postinstall
#
# The same name twice puts the variant in the bundle's place. With two names the bundle stays, and the package ships
# the target as a symbolic link to it: the program runs before this script has, and where it cannot do its work, and
# `ln -sf` brings the bundle back on a machine whose CPU can do less than the one that the variant was chosen on.
#
# Whatever fails, the target is as it was, the machine has a program that runs, and the installation goes on. Where a
# system is installed that other machines will run (an image), the file /etc/mgo/no-split keeps every bundle.

mgo_split() {
  bundle=$1
  target=$2

  # dpkg sets it where it installs into a folder, for a machine that need not be this one.
  [ -z "${DPKG_ROOT:-}" ] && [ ! -e /etc/mgo/no-split ] && [ -f "$bundle" ] || return 0
  # A plain program would not write itself out, but do its work. So would one of a variant: this ran before.
  LC_ALL=C grep -qF '[mgo] launcher: ' "$bundle" || return 0
  # With privileges, the launcher does not listen to its environment, and starts the program.
  if [ -u "$bundle" ] || [ -g "$bundle" ]; then
    echo "$2 stays a bundle: it is setuid or setgid" >&2
    return 0
  fi
  if command -v getcap >/dev/null 2>&1 && [ -n "$(getcap "$bundle")" ]; then
    echo "$2 stays a bundle: it has file capabilities, which the variant would not have" >&2
    return 0
  fi

  # Beside the target, so that it can be renamed; with the bundle's owner and mode, which writing into it keeps.
  variant=$target.mgo-split
  trap 'rm -f "$variant"' EXIT
  trap 'exit 1' HUP INT TERM
  if cp -p "$bundle" "$variant" &&
    (unset GOAMD64 GOARM GOARM64 GORISCV64 GOPPC64 && MGODEBUG=extract exec "$bundle") </dev/null >"$variant" &&
    [ -s "$variant" ] && { sync "$variant" 2>/dev/null || sync; } && mv -f "$variant" "$target"; then
    return 0
  fi
  rm -f "$variant"
  echo "$2 stays a bundle, which runs as well" >&2
  return 0
}

mgo_split '@BUNDLE@' '@TARGET@'
