# Memory that is refused, at some of the places that ask for it: tests/alloc/README.md.  `make alloc` is for all of them.
: "${BUILD_RELEASE:=build}"
if [ ! -f "$BUILD_RELEASE/alloc/strike.so" ] && ! make -s BUILD="$BUILD_RELEASE" "$BUILD_RELEASE/alloc/strike.so"; then
	echo "not ok memory: alloc/strike.so is not built"
	exit 1
fi
exec python3 tests/alloc/alloc.py --jobs "${JOBS:-2}" "$BUILD_RELEASE"
