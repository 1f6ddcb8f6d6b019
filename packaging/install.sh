#!/bin/sh
# Builds mgo from source and installs it below a folder: what the recipes in packaging/ share. Run in mgo's sources,
# with node_modules in them; needs no network.
#
#     packaging/install.sh DESTDIR
#
# Installed is the mgo that runs on the system's Node (22.19, 24.6 or newer) or Bun (1.4 or newer): JavaScript, the
# launcher, which goes into bundles, and the engine, which is WebAssembly. All of it is the same on every machine.
#
#     BUN     what runs the build (default: the one in node_modules)
#     ZIG     compiles launcher and engine: Zig 0.16 (default: the one in node_modules)
#     ZSTD    the lib folder of zstd 1.5.7's sources (default: those in node_modules)
#     PREFIX  (default: /usr)
#     ZSHDIR  where zsh looks for packages' completions (default: PREFIX/share/zsh/site-functions)
set -eu
umask 022

[ $# -eq 1 ] || { echo 'usage: packaging/install.sh DESTDIR' >&2; exit 2; }
prefix=${PREFIX-/usr}
zshdir=${ZSHDIR:-$prefix/share/zsh/site-functions}
mkdir -p "$1"
root=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
# npm has installed the one for this machine.
bun=${BUN:-$(echo node_modules/@oven/bun-*/bin/bun)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Zig's caches would go to the home folder, which builders may not have.
export ZIG_GLOBAL_CACHE_DIR="${ZIG_GLOBAL_CACHE_DIR:-$work/zig}" ZIG_LOCAL_CACHE_DIR="${ZIG_LOCAL_CACHE_DIR:-$work/zig-local}"
"$bun" scripts/release.ts --output "$work/release" npm >&2
mkdir "$work/npm"
tar -xzof "$work"/release/mgo-*.tgz -C "$work/npm"

put() { # MODE FILE NAME
  install -D -m "$1" "$2" "$root$prefix/$3"
}

for file in "$work"/npm/package/*; do
  name=${file##*/}
  case $name in
    README.md | LICENSE*) ;;
    mgo.js) put 755 "$file" "lib/mgo/$name" ;;
    *) put 644 "$file" "lib/mgo/$name" ;;
  esac
done
mkdir -p "$root$prefix/bin"
ln -sf ../lib/mgo/mgo.js "$root$prefix/bin/mgo"

mgo() {
  "$bun" "$root$prefix/lib/mgo/mgo.js" "$@"
}
mgo man > "$work/mgo.1"
put 644 "$work/mgo.1" share/man/man1/mgo.1
for shell in bash fish zsh; do mgo completion "$shell" > "$work/$shell"; done
put 644 "$work/bash" share/bash-completion/completions/mgo
put 644 "$work/fish" share/fish/vendor_completions.d/mgo.fish
install -D -m 644 "$work/zsh" "$root$zshdir/_mgo"

put 755 packaging/split/split.sh share/mgo/split.sh
"$bun" scripts/install-texts.ts "$work/texts"
put 644 LICENSE share/licenses/mgo/LICENSE
put 644 "$work/texts/THIRD-PARTY" share/licenses/mgo/THIRD-PARTY
rm "$work/texts/THIRD-PARTY"
(cd "$work/texts" && find . -type f) | while read -r file; do put 644 "$work/texts/$file" "share/doc/mgo/$file"; done
