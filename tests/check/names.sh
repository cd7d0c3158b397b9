# What the library exports begins with ev_ or evault_; what is public is declared in the public
# headers and the other way round; and nothing in it is a mutable global.
. tests/check/lib
lib=$BUILD/libevault.a
# What the headers say without their comments, one declaration a line.
for header in include/evault/*.h; do
	without_comments "$header"
done | sed 's/^[0-9]*://' | tr -s '\n\t ' ' ' | tr ';' '\n' >"$T/header"

nm -A -g --defined-only "$lib" | sed -E 's,^[^:]*:([^:]*):.* ([A-Za-z]) ,\1 \2 ,' >"$T/symbols"
awk '$3 !~ /^(ev|evault)_/ { print $1 " exports " $3 }' "$T/symbols" >"$T/found"
verdict exported_names_begin_with_ev_or_evault "$T/found"

awk '$3 ~ /^evault_/ { print $3 }' "$T/symbols" | sort -u >"$T/defined"
grep -v typedef "$T/header" | grep -oE '\bevault_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$T/declared"
comm -23 "$T/defined" "$T/declared" | sed 's/$/: not in include\/evault/' >"$T/found"
verdict public_functions_are_in_the_public_headers "$T/found"
comm -13 "$T/defined" "$T/declared" | sed 's/$/: declared, and nowhere defined/' >"$T/found"
verdict what_the_public_headers_declare_is_there "$T/found"

# The table of system calls in base/os.c is one: tests put another in its place.
# The arena for secrets in base/secret.c is one: a handler of a signal must find it.
# Of each thread: whether a handler interrupts it in there; and where libcrypto shall take memory,
# which it asks for with nothing that tells who wants it.  So is the room it has when malloc has none.
# Tables of pointers lie in .data.rel.ro, which is read-only once the program runs.
nm -A -f sysv "$lib" 2>/dev/null |
	awk -F'|' '$7 ~ /^\.(data|bss|tbss|tdata)(\.|$)/ && $7 !~ /^\.data\.rel\.ro/ && $4 ~ /OBJECT|TLS/ { print $1 " in " $7 }' \
		>"$T/found"
nm -A -f sysv "$lib" 2>/dev/null | grep -F '*COM*' >>"$T/found"
sed -i '/:os\.o:calls_used /d; /:secret\.o:arena /d; /:secret\.o:inside /d; /:aead\.o:secret /d; /:aead\.o:spare /d' "$T/found"
verdict the_library_has_no_mutable_globals "$T/found"
exit $FAILED
