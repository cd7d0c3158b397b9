# A release: the same bytes wherever it is built, a package that Debian finds nothing wrong with, and a signed list of hashes.
: "${BUILD_RELEASE:=build}"
. tests/lib/sh
. tests/lib/output.sh
unset EVAULT
built=$(realpath "$BUILD_RELEASE")
if ! run_expect 0 make -s -j"${JOBS:-2}" BUILD="$BUILD_RELEASE" static deb; then
	not_ok a_release_can_be_built
	finish
fi
DEB=$(echo "$built"/evault_*_*.deb)
made=(static/evault static/evault.debug evault.debug "$(basename "$DEB")")

# ---- the same bytes

if git rev-parse HEAD >/dev/null 2>&1; then
	# What is here, committed or not, as the release has it.
	committed=$(git log -1 --format=%ct)
	files() { git ls-files -z --cached --others --exclude-standard; }
else
	committed=$(cut -s -d' ' -f2 .revision 2>/dev/null || echo 1)
	files() { find . -type f -not -path './build/*' -print0; }
fi
t() {
	mkdir "$T/elsewhere" "$T/elsewhere/tmp" && files | tar -c --null -T - | tar -x -C "$T/elsewhere" &&
		echo "$(cut -d' ' -f2 "$built/revision") $committed" >"$T/elsewhere/.revision" && chmod 755 "$T" || return 1
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$T/elsewhere"
	cd "$T/elsewhere" || return 1
	umask 077
	run_expect 0 as_nobody env -i PATH="$PATH" HOME="$T/elsewhere/tmp" TMPDIR="$T/elsewhere/tmp" LC_ALL=POSIX LANGUAGE=ru TZ=Asia/Almaty make -s -j"${JOBS:-2}" BUILD=out static deb
	umask 022
	cd "$TOP" || return 1
	local file
	for file in "${made[@]}"; do
		[ "$STATUS" -eq 0 ] && cmp "$built/$file" "$T/elsewhere/out/$file" || return 1
	done
}
claim built_twice_by_others_elsewhere_it_is_the_same_bytes t
t() {
	cli/dist/source 9.9 >"$T/source.tar.gz" && cli/dist/source 9.9 | cmp - "$T/source.tar.gz" && tar -tzf "$T/source.tar.gz" | grep -v '/$' | sort >"$T/listed" &&
		{ git -c core.quotepath=false ls-tree -r --name-only HEAD && echo .revision; } | sed 's,^,evault-9.9/,' | sort | diff - "$T/listed" && tar -xzOf "$T/source.tar.gz" evault-9.9/.revision | grep -qE '^[0-9a-z.-]{7,} [0-9]{10}$'
}
if git rev-parse HEAD >/dev/null 2>&1; then
	claim the_source_that_is_released_has_all_that_is_committed_and_says_which t
else
	skip the_source_that_is_released_has_all_that_is_committed_and_says_which "this is a released source itself"
fi

# ---- the package

lint() {
	as_nobody env HOME="$T" TMPDIR="$T/lint" lintian --fail-on error,warning "$@"
}
mkdir "$T/lint" "$T/package" && cp "$DEB" "$T/package/good.deb" && chmod 755 "$T" "$T/package" && chmod 777 "$T/lint"
t() { run_expect 0 lint "$T/package/good.deb" && silent; }
claim lintian_finds_nothing t
t() {
	dpkg-deb -R "$DEB" "$T/package/bad" && rm "$T/package/bad/usr/share/doc/evault/copyright" && dpkg-deb --root-owner-group --build "$T/package/bad" "$T/package/bad.deb" >/dev/null && run_expect 2 lint "$T/package/bad.deb" && says no-copyright-file
}
claim lintian_would_find_something t
t() {
	dpkg-deb -x "$DEB" "$T/root" && EVAULT_BIN=$T/root/usr/bin/evault && new_vault "$T/v" 2>/dev/null && run_expect 0 ev "$T/v" add "$SAMPLES" && run_expect 0 ev "$T/v" check &&
		LC_ALL='' LANG=kk_KZ.UTF-8 run_expect 0 ev "$T/v" status && says "қойма " && man --warnings -l "$T/root/usr/share/man/man1/evault.1.gz" >/dev/null 2>"$ERR" && [ ! -s "$ERR" ]
}
claim what_is_in_the_package_works t
t() {
	dpkg-deb -c "$DEB" | awk '$2 != "root/root" || substr($1, 6, 1) substr($1, 9, 1) ~ /w/ { print "# " $0; bad = 1 } END { exit bad || NR < 10 }'
}
claim its_files_are_roots_and_nobody_else_may_change_them t
t() { run_expect 0 apt-get install --simulate -o APT::Sandbox::User=root "$DEB" && grep -q '^Inst evault ' "$OUT"; }
claim debian_would_install_it t
# What is not in each of the systems that it is for, or not as new, cannot be installed there.
t() {
	local name version was12 was13
	dpkg-deb -f "$DEB" Depends | tr ',' '\n' | tr -d '() ' | sed 's/>=/ /' >"$T/depends" && [ "$(wc -l <"$T/depends")" -ge 5 ] && ! grep -q '[|<=]' "$T/depends" || return 1
	while read -r name version; do
		read -r was12 was13 <<<"$(sed 's/#.*//' "${1:-cli/dist/depends}" | awk -v name="$name" '$1 == name { print $2, $3 }')"
		[ -n "$was13" ] || { echo "# not in both systems: $name"; return 1; }
		dpkg --compare-versions "$was12" ge "${version:-0}" && dpkg --compare-versions "$was13" ge "${version:-0}" || { echo "# too new: $name $version"; return 1; }
	done <"$T/depends"
}
claim it_needs_nothing_that_only_one_of_the_systems_it_is_for_has t
shorter() { grep -v '^libssl3 ' cli/dist/depends >"$T/shorter" && ! t "$T/shorter" >"$OUT" && says libssl3 && sed 's/^libzstd1 .*/libzstd1 1.5.4 1.4/' cli/dist/depends >"$T/older" && ! t "$T/older" >"$OUT" && says libzstd1; }
claim what_is_in_one_only_would_be_found shorter
t() {
	dpkg-deb -f "$DEB" Built-Using | grep -qE '^utf8proc \(= [0-9]' && ! readelf -dW "$T/root/usr/bin/evault" | grep -q utf8proc && grep -q utf8proc "$T/root/usr/share/doc/evault/copyright"
}
claim it_says_whose_library_lies_in_it t

# ---- the list

# A release is what lies in one folder.
mkdir "$T/release" && cp "$built/static/evault" "$DEB" "$T/release" && openssl genpkey -algorithm ed25519 -out "$T/key" && openssl pkey -in "$T/key" -pubout -out "$T/pub" || exit 1
# verifies [PUBLIC-KEY]: as README.md says.
verifies() {
	(cd "$T/release" && openssl pkeyutl -verify -pubin -inkey "${1:-$T/pub}" -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig && sha256sum -c --quiet SHA256SUMS) >"$OUT" 2>"$ERR"
}
t() { run_expect 0 cli/dist/list "$T/release" && warns "not signed" && [ ! -e "$T/release/SHA256SUMS.sig" ] && [ "$(wc -l <"$T/release/SHA256SUMS")" -eq 2 ] && ! verifies; }
claim without_a_key_it_says_that_the_list_is_not_signed t
t() { run_expect 0 cli/dist/list "$T/release" "$T/key" && says "is signed by the key" && verifies && [ "$(wc -l <"$T/release/SHA256SUMS")" -eq 2 ]; }
claim a_signed_list_is_verified_by_openssl_and_sha256sum t
t() {
	openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out "$T/other" && ! verifies "$T/other" && cp -r "$T/release" "$T/kept" || return 1
	sed -i '1s/^./x/' "$T/release/SHA256SUMS" && ! verifies && cp "$T/kept/SHA256SUMS" "$T/release" && verifies || return 1
	printf x | dd of="$T/release/evault" bs=1 seek=5000 conv=notrunc status=none && ! verifies && cp "$T/kept/evault" "$T/release" && verifies || return 1
	rm "$T/release/$(basename "$DEB")" && ! verifies && printf 'x' >"$T/release/SHA256SUMS.sig" && ! verifies
}
claim what_was_changed_or_signed_by_another_is_refused t
finish
