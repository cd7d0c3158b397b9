#!/bin/sh
# report.html in a browser: on a screen, on a telephone, printed.  BUILD: where report_tool was built.
# KEEP: a folder that is there, for the screenshots and the PDF, to be looked at.
# shellcheck disable=SC2317 # functions are called by claim
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
samples=$(cd "$here/../samples" && pwd) || exit 2
tool=$(cd "${BUILD:-build}" && pwd)/tests/interop/report_tool
[ -x "$tool" ] || { echo "not ok report: report_tool was not built"; exit 1; }
for program in chromium pdftotext python3; do
	if ! command -v $program >/dev/null; then
		echo "skipped report: $program is not installed"
		exit 0
	fi
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
export PYTHONDONTWRITEBYTECODE=1
bad=0

claim() {
	name=$1
	shift
	if "$@" >claim.out 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		sed 's/^/# /' claim.out "$work"/*/seen
		bad=1
	fi
}

# folder NAME: a bundle's folder with the report and its files, and what a browser makes of it.
folder() {
	mkdir -p "$1/evault" "$1/data"
	"$tool" | sed "${2:-}" >"$1/evault/report.html"
	cp "$samples/day-1/IMG_0412.jpg" "$1/data/0012.jpg"
	cp "$samples/documents/permit.png" "$1/data/0017.png"
	echo R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7 | base64 -d >"$1/data/0018.gif"
	echo UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA== | base64 -d >"$1/data/0019.webp"
	timeout 120 python3 "$here/report.py" "$1" "$1" >"$1/seen" 2>&1 || echo "failed $?" >>"$1/seen"
}
# seen FOLDER NAME OPERATOR NUMBER
seen() {
	value=$(sed -n "s/^$2 //p" "$1/seen")
	[ -n "$value" ] && test "${value%.*}" "$3" "$4"
}

folder good
claim "nothing goes over the edge of a telephone of 360 pixels" seen good narrow-edge -le 360
claim "nothing is to be scrolled sideways on a telephone" seen good narrow-width -eq 360
claim "nothing goes over the edge of a screen of 1280 pixels" seen good wide-edge -le 1280
claim "all four kinds of pictures are shown" seen good pictures-shown -eq 4
claim "there are no other pictures" seen good pictures -eq 4
claim "the pictures are read from the bundle" seen good asked-inside -eq 4
claim "nothing is asked of a network" seen good asked-outside -eq 0
claim "no script of the evidence runs" seen good scripts-run -eq 0
claim "no element of the evidence is in the page" seen good foreign-elements -eq 0
claim "the style of the page works" seen good styled -eq 1
claim "another style does not" seen good added-style-works -eq 0
claim "Arabic is written from right to left" seen good right-to-left -eq 12

pdftotext -layout good/page.pdf good/text
printed() {
	for text in "48 entries exist, 10 are shown" "Разрушенная школа на улице Гоголя" "新疆喀什地区疏附县" \
		"الحداد" "IMG_0412.jpg" "Withheld by the sender" "Retracted." "How to check it" \
		"the clock of the device that recorded it said" '\\u{202E}gpj.exe'; do
		grep -q -e "$text" good/text || { echo "not in the PDF: $text" && return 1; }
	done
}
claim "what is printed has the words in all scripts" printed
whole_digest() {
	tr -d ' \n\f' <good/text | grep -q 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
}
claim "what is printed has the hashes whole" whole_digest
pictures_printed() { [ "$(pdfimages -list good/page.pdf | grep -c ' image ')" -ge 2 ]; }
claim "what is printed has the pictures" pictures_printed

# The judge can say no.
outside='s,<h1>,<img src="http://127.0.0.1:9/a.png"><script>document.title="run"</script>&,'
folder planted "$outside"
claim "planted in the page, the policy still lets nothing out" seen planted asked-outside -eq 0
claim "planted in the page, the policy still lets nothing run" seen planted scripts-run -eq 0
folder open "$outside; /Content-Security-Policy/d"
claim "without the policy the judge sees what is asked of a network" seen open asked-outside -ge 1
claim "without the policy the judge sees a script run" seen open scripts-run -eq 1
claim "without the policy the judge sees the other style" seen open added-style-works -eq 1
folder wide '/Content-Security-Policy/d; s/overflow-wrap: anywhere;//'
claim "without breaks in long words the judge sees the edge passed" seen wide narrow-edge -gt 360

[ -z "${KEEP:-}" ] || cp good/*.png good/page.pdf "$KEEP"
exit "$bad"
