# What evault made elsewhere is read here, and gone on with: read.sh FOLDER [EVAULT]
#
# FOLDER is one that tests/systems/life.sh made; it is not changed.
set -u
. "$(dirname "$0")/does.sh"
evault=${2:-evault}
unset EVAULT LC_ALL LANGUAGE LANG
work=$(mktemp -d) && cp -R "$1/." "$work" && cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT

for word in елку гулдария zazolc 村庄 seen; do
	does 0 -V v -i v.key search "$word"
	says рассказ.txt
done
does 0 -V v -i v.key check
says 'sound: '
does 0 -V v -i v.key get --all -o back
cmp in/рассказ.txt back/in/рассказ.txt || exit 1
does 3 -i court.key verify court.bag
says intact
does 0 -V p --passphrase-file passphrase list
says рассказ.txt
printf 'another statement\n' >another.txt
does 0 -V v -i v.key add another.txt
does 0 -V v -i v.key search another
says another.txt
does 0 -V v -i v.key check
says 'sound: '
