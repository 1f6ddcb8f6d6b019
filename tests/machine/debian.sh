# Sourced by the scripts beside it: apt with lists of its own, so that apt's sources and lists stay as they are.
#
# Debian's name of the architecture is $arch, and the suites are in $suites. Afterwards, $options are for apt-get and
# apt-cache, and the working directory is temporary.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/unpacked"
: >"$work/status"
# The mirror that this system takes its packages from.
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m 1 '/debian/*$' || true)
[ -n "$site" ] || { echo "apt has no mirror of Debian's" >&2; exit 1; }
for suite in "${suites[@]}"; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main"
done >"$work/sources.list"
options=(
  -q -o APT::Architecture="$arch" -o APT::Architectures::="$arch" -o APT::Sandbox::User=root
  -o Dir::State="$work" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache"
  -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
)
# A suite that has left the archive fails this, and is told by those who look for a package.
apt-get "${options[@]}" update || true
cd "$work"
