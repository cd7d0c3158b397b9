#!/bin/bash
# The package, the static program and the source in fresh systems that they are for: make systems
#
#   BUILD=… tests/systems/systems.sh [SYSTEM…]     bookworm (Debian 12, Tails 6) and trixie (Debian 13, Tails 7)
#
# As root, with a network; the systems are made in $BUILD/systems, and stay there for the next time.
# In each: the package is installed and lives the life of a vault (life.sh), the static program does, the source is
# built and its unit tests run.  Then each reads what each of the others made (read.sh).
set -u
cd "$(dirname "$0")/../.." || exit 2
: "${BUILD:=$PWD/build}" "${MIRROR:=http://deb.debian.org/debian}" "${JOBS:=2}"
systems=("$@")
[ $# -gt 0 ] || systems=(bookworm trixie)
[ "$(id -u)" -eq 0 ] || { echo "systems.sh: only root can make and enter another system" >&2; exit 2; }
roots=$BUILD/systems
failed=0

# inside SYSTEM COMMAND…: in that system, of which nothing stays mounted.
inside() {
	# shellcheck disable=SC2016 # these are of the shell within
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork bash -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$roots/$1" "${@:2}"
}
# claim NAME COMMAND…
claim() {
	if "${@:2}" >"$roots/log" 2>&1; then
		echo "ok $1"
	else
		tail -n 40 "$roots/log" | sed 's/^/# /'
		echo "not ok $1"
		failed=1
		return 1
	fi
}
# made SYSTEM: it is there, with this source and these programs in /try.
made() {
	local root=$roots/$1
	if [ ! -e "$root/complete" ]; then
		rm -rf "$root"
		debootstrap --variant=minbase "$1" "$root" "$MIRROR" && touch "$root/complete" || return 1
	fi
	rm -rf "$root/try" && mkdir "$root/try" "$root/try/source" && cp tests/systems/*.sh "$BUILD/static/evault" "$root/try" &&
		cp "$BUILD"/evault_*_"$(dpkg --print-architecture)".deb "$root/try/evault.deb" &&
		git ls-files -z | tar -c --null -T - | tar -x -C "$root/try/source" && inside "$1" apt-get -q update
}
built() {
	inside "$1" bash -c "cd /try/source && tests/install-packages build && make -s -j$JOBS all units"
}
units() {
	# shellcheck disable=SC2016 # these are of the shell within
	inside "$1" bash -c 'mkdir /try/units && cd /try/units && for t in ../source/build/tests/unit/test_*; do case $t in *.[do]) ;; *) $t || exit ;; esac; done'
}

mkdir -p "$roots"
for s in "${systems[@]}"; do
	claim "$s can be had" made "$s" || exit 1
	claim "the package can be installed in $s" inside "$s" apt-get -q -y --no-install-recommends --reinstall install /try/evault.deb &&
		claim "the package does its work in $s" inside "$s" bash /try/life.sh /try/package
	claim "the static program does its work in $s" inside "$s" bash /try/life.sh /try/static /try/evault
	claim "the source can be built in $s" built "$s" &&
		claim "what is built of it in $s does its work" inside "$s" bash /try/life.sh /try/built /try/source/build/evault &&
		claim "its unit tests pass in $s" units "$s"
done
# Where one of them is missing, that was said.
for s in "${systems[@]}"; do
	for from in "${systems[@]}"; do
		for what in package static built; do
			[ -d "$roots/$from/try/$what/v" ] || continue
			rm -rf "$roots/$s/try/from" && cp -R "$roots/$from/try/$what" "$roots/$s/try/from"
			claim "what was made by $what in $from is read by the package in $s" inside "$s" bash /try/read.sh /try/from
			claim "what was made by $what in $from is read by what is built in $s" inside "$s" bash /try/read.sh /try/from /try/source/build/evault
		done
	done
done
exit "$failed"
