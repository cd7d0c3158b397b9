# The life of a vault in a system that has evault and nothing of its source: life.sh FOLDER [EVAULT]
#
# FOLDER, which it makes, keeps the vault and a bundle for others to read: tests/systems/read.sh.
set -u
. "$(dirname "$0")/does.sh"
evault=${2:-evault}
folder=$1
mkdir -p "$folder/in" && cd "$folder" || exit 1
unset EVAULT LC_ALL LANGUAGE

has() {
	[ -s "$1" ] || { echo "not there: $1"; exit 1; }
}

head -c 3000000 /dev/urandom >in/video.mp4
printf 'Гүлдария видела ёлку. Zażółć gęślą jaźń. 新疆的村庄\n' >in/рассказ.txt

does 0 version
says evault
does 0 keygen -o v.key
mine=$(grep -o 'age1[0-9a-z]*' out)
does 0 keygen -o court.key
court=$(grep -o 'age1[0-9a-z]*' out)
does 0 init v --to "$mine" --no-recovery
does 0 -V v -i v.key add --case 'Case 7' --title 'what was seen' in
says '2 files kept'
does 0 -V v -i v.key check
says 'sound: '
does 0 -V v -i v.key get --all -o back
diff -r in back/in || exit 1
for word in елку гулдария zazolc 村庄 seen; do
	does 0 -V v -i v.key search "$word"
	says рассказ.txt
done
does 0 -V v -i v.key share --all --to "$court" -o court.bag
does 3 -i court.key verify court.bag
says intact

# A vault that opens with a passphrase; and one that is soon guessed.
echo gravel-kettle-orbit-mustard-violin-heron >passphrase
echo 'correct horse battery staple' >weak
does 0 init p --no-recovery --passphrase-file passphrase
does 0 -V p --passphrase-file passphrase add in
does 2 init weak.vault --no-recovery --passphrase-file weak

# Russian where no Russian locale was ever made.
LANG=ru_RU.UTF-8 does 0 -V v -i v.key check
says цел
LANG=kk_KZ.UTF-8 does 0 -V v -i v.key status
says қойма

# What comes with a package.
if [ "$evault" = evault ]; then
	has /usr/share/man/man1/evault.1.gz
	gzip -t /usr/share/man/man1/evault.1.gz || exit 1
	. /usr/share/bash-completion/completions/evault && complete -p evault >out && says _evault
fi
rm -rf back out err in/video.mp4
