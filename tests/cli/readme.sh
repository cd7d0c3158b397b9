# The examples of README.md and of the manual work as they stand there.
. tests/lib/sh

# In a kernel session of its own: some examples unlock a vault for a while.
if [ -z "${OWN_SESSION:-}" ]; then
	OWN_SESSION=$(python3 "$TOP/tests/lib/session.py")
	export OWN_SESSION
	[ "$OWN_SESSION" = none ] || exec python3 "$TOP/tests/lib/session.py" bash "$0"
fi
mkdir "$T/bin"
ln -s "$EVAULT_BIN" "$T/bin/evault"
export PATH=$T/bin:$PATH

for document in README.md cli/evault.1; do
	mkdir "$T/${document##*/}.d"
	cp "$SAMPLES/day-1/IMG_0412.jpg" "$T/${document##*/}.d/photo.jpg"
	cp -R "$SAMPLES/statements" "$T/${document##*/}.d/interviews"
	python3 tests/cli/readme.py "$document" "$T/${document##*/}.d" || FAILED=1
done
if cmp -s "$T/README.md.d/photo.jpg" "$T/README.md.d/back.jpg"; then
	ok the_quick_start_gives_the_photograph_back
else
	not_ok the_quick_start_gives_the_photograph_back
fi
finish
